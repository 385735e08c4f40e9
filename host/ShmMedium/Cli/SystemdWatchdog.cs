using Microsoft.Extensions.Hosting.Systemd;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>Tells systemd that the engine lives, each time that it answers: sd_watchdog_enabled(3).</summary>
/// <param name="notify">Sends a state to systemd.</param>
internal sealed class SystemdWatchdog(MediumEngine engine, Action<ServiceState> notify)
{
    private static readonly ServiceState s_alive = new("WATCHDOG=1");
    private Task _told = Task.CompletedTask;

    /// <summary>Asks the engine; does not wait.</summary>
    public void Ask()
    {
        if (_told.IsCompleted)
            _told = TellAsync();
    }

    private async Task TellAsync()
    {
        _ = await engine.PostAsync(static () => true);
        notify(s_alive);
    }
}
