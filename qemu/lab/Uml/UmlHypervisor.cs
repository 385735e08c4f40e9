using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Uml;

/// <summary>User-Mode-Linux, whose serial ports are terminals of this machine; sockets stand before these, as QEMU has them.</summary>
/// <param name="start">Starts it on the terminal of its console and those of its exec ports.</param>
internal sealed class UmlHypervisor(string folder, Func<string, IReadOnlyList<string>, ChildProcess> start) : IHypervisor
{
    private readonly List<SerialLine> _lines = [];

    /// <inheritdoc/>
    public string Name => "User-Mode-Linux";

    /// <inheritdoc/>
    public ChildProcess Start()
    {
        CloseLines();
        var console = new SerialLine(VmFiles.ConsoleSocket(folder), VmFiles.SerialLog(folder));
        _lines.Add(console);
        List<string> exec = [];
        for (int port = 0; port < GuestExecutor.Ports; port++)
        {
            var line = new SerialLine(GuestExecutor.Socket(folder, port));
            _lines.Add(line);
            exec.Add(line.Terminal);
        }

        return start(console.Terminal, exec);
    }

    /// <summary>It has no monitor that would be needed: SIGTERM ends it in order.</summary>
    public Task QuitAsync(ChildProcess process, TimeSpan limit) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => CloseLines();

    private void CloseLines()
    {
        _lines.ForEach(line => line.Dispose());
        _lines.Clear();
    }
}
