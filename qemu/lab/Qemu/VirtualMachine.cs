using System.Diagnostics;
using System.Text.Json.Nodes;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Qemu;

/// <summary>A running VM: its QEMU, its monitor and its guest.</summary>
internal sealed class VirtualMachine : IAsyncDisposable
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5); // a debug kernel under TCG, on a busy machine
    private static readonly TimeSpan StopStep = TimeSpan.FromSeconds(3);

    private readonly Func<ChildProcess> _start;
    private ChildProcess _process;

    /// <summary>Starts its QEMU.</summary>
    /// <param name="index">Its place in the lab, from 0.</param>
    /// <param name="start">Starts a QEMU; called again by <see cref="PowerOn"/>.</param>
    public VirtualMachine(VmSpec spec, int index, string folder, Func<ChildProcess> start)
    {
        Spec = spec;
        Index = index;
        Folder = folder;
        _start = start;
        _process = start();
        Guest = new GuestExecutor(spec.Name, folder, SerialLog);
    }

    /// <summary>What it was made from.</summary>
    public VmSpec Spec { get; }

    /// <summary>Its name.</summary>
    public string Name => Spec.Name;

    /// <summary>Its place in the lab, from 0.</summary>
    public int Index { get; }

    /// <summary>Its sockets and logs.</summary>
    public string Folder { get; }

    /// <summary>All that its serial console printed.</summary>
    public string SerialLog => QemuCommand.SerialLog(Folder);

    /// <summary>Runs commands in it.</summary>
    public GuestExecutor Guest { get; }

    /// <summary>QEMU's process ID.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether its QEMU has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Waits until the guest runs commands.</summary>
    /// <returns>How long it took from the call.</returns>
    /// <exception cref="LabException">QEMU ended, or the guest does not answer within 90 s.</exception>
    public async Task<TimeSpan> WaitReadyAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(GuestExecutor.Socket(Folder, GuestExecutor.Ports - 1)))
        {
            if (clock.Elapsed > BootLimit)
                throw new LabException($"{Name}: QEMU has made no socket after {BootLimit.TotalSeconds} s\n{LogTail.Of(_process.LogFile)}");
            ThrowIfExited();
            await Task.Delay(20, cancellation);
        }

        // What is sent before the guest has opened the port waits in the socket.
        var first = Guest.RunAsync("boot", "true", BootLimit, cancellation);
        while (!first.IsCompleted)
        {
            ThrowIfExited();
            await Task.WhenAny(first, Task.Delay(200, cancellation));
        }

        await first;
        return clock.Elapsed;
    }

    /// <summary>Runs a command of QEMU's monitor.</summary>
    /// <param name="command">"query-status", "stop", "cont".</param>
    /// <param name="arguments">By name; null: none.</param>
    /// <exception cref="LabException">QEMU refused the command: its reason.</exception>
    public async Task MonitorAsync(string command, CancellationToken cancellation, JsonObject? arguments = null)
    {
        using var monitor = await QmpClient.ConnectAsync(QemuCommand.QmpSocket(Folder), cancellation);
        await monitor.ExecuteAsync(command, cancellation, arguments);
    }

    /// <summary>Asks for the threads that run its virtual CPUs: what the guest itself costs, without QEMU's own work.</summary>
    public async Task<IReadOnlyList<int>> CpuThreadsAsync(CancellationToken cancellation)
    {
        using var monitor = await QmpClient.ConnectAsync(QemuCommand.QmpSocket(Folder), cancellation);
        var cpus = await monitor.ExecuteAsync("query-cpus-fast", cancellation) ?? throw new LabException($"{Name}: QEMU has ended");
        return [.. cpus.AsArray().Select(cpu => cpu!["thread-id"]!.GetValue<int>())];
    }

    /// <summary>Takes its power away: its QEMU ends, and the guest is told nothing.</summary>
    public async Task PowerOffAsync(CancellationToken cancellation)
    {
        await MonitorAsync("quit", cancellation);
        await _process.WaitAsync(StopStep);
    }

    /// <summary>Kills its QEMU: SIGKILL, so that nothing is closed in order.</summary>
    public async Task KillAsync()
    {
        _process.Signal(SIGKILL);
        await _process.WaitAsync(StopStep);
    }

    /// <summary>Starts its QEMU again, on the same sockets, after it has ended. The guest boots as for the first time.</summary>
    public void PowerOn()
    {
        Guest.Dispose();
        for (int port = 0; port < GuestExecutor.Ports; port++)
            File.Delete(GuestExecutor.Socket(Folder, port)); // whose being there says that the new QEMU listens
        _process.Dispose();
        _process = _start();
    }

    /// <summary>Ends the QEMU: by its monitor, else SIGTERM, else SIGKILL.</summary>
    public async ValueTask DisposeAsync()
    {
        Guest.Dispose();
        if (!_process.HasExited)
        {
            using var limit = new CancellationTokenSource(StopStep);
            try
            {
                await MonitorAsync("quit", limit.Token);
                await _process.WaitAsync(StopStep);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or System.Net.Sockets.SocketException)
            {
                // It does not listen: the signals below will do.
            }

            await _process.StopAsync(StopStep);
        }

        _process.Dispose();
    }

    private void ThrowIfExited()
    {
        if (_process.HasExited)
            throw new LabException($"{Name}: QEMU ended with exit code {_process.ExitCode}\n{LogTail.Of(_process.LogFile)}\n{LogTail.Of(SerialLog)}");
    }
}
