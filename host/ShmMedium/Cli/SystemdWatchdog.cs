using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>Tells systemd that the engine lives, each time that it answers: sd_watchdog_enabled(3).</summary>
/// <param name="notify">Sends a state to systemd.</param>
internal sealed class SystemdWatchdog(MediumEngine engine, Action<ServiceState> notify)
{
    private static readonly ServiceState s_alive = new("WATCHDOG=1");
    private Task _told = Task.CompletedTask;

    /// <summary>How often systemd is told: twice in the time after which it would end the service; infinite: it does not ask.</summary>
    public static TimeSpan Interval
    {
        get
        {
            bool isForUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
                || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            string? text = isForUs ? Environment.GetEnvironmentVariable("WATCHDOG_USEC") : null;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long us) && us > 0
                ? TimeSpan.FromMicroseconds(us / 2.0)
                : Timeout.InfiniteTimeSpan;
        }
    }

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
