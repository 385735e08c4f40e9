using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Qemu;

/// <summary>QEMU, which makes the sockets of the guest's ports itself.</summary>
/// <param name="start">Starts it with the command of <see cref="QemuCommand.For"/>.</param>
internal sealed class QemuHypervisor(string folder, Func<ChildProcess> start) : IHypervisor
{
    /// <inheritdoc/>
    public string Name => "QEMU";

    /// <inheritdoc/>
    public ChildProcess Start() => start();

    /// <inheritdoc/>
    public async Task QuitAsync(ChildProcess process, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await QemuMonitor.ExecuteAsync(folder, "quit", timeout.Token);
            await process.WaitAsync(limit);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            // It does not listen: signals will do.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
