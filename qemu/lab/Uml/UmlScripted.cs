using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Uml;

/// <summary>User-Mode-Linux that does what a script says: it has no ports, and ends by itself.</summary>
/// <param name="start">Starts it; its output is the console's.</param>
internal sealed class UmlScripted(Func<ChildProcess> start) : IHypervisor
{
    /// <inheritdoc/>
    public string Name => "User-Mode-Linux";

    /// <inheritdoc/>
    public ChildProcess Start() => start();

    /// <summary>It has no monitor that would be needed: SIGTERM ends it in order.</summary>
    public Task QuitAsync(ChildProcess process, TimeSpan limit) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        // It owns nothing but the process.
    }
}
