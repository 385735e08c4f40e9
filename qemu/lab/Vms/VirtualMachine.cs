using System.Diagnostics;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Vms;

/// <summary>A running VM: the process of its hypervisor, and its guest.</summary>
internal sealed class VirtualMachine : IAsyncDisposable
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(5); // a debug kernel under TCG, on a busy machine
    private static readonly TimeSpan StopStep = TimeSpan.FromSeconds(3);

    private readonly IHypervisor _hypervisor;
    private ChildProcess _process;

    /// <summary>Starts it.</summary>
    /// <param name="index">Its place in the lab, from 0.</param>
    /// <param name="hypervisor">Owned from now on.</param>
    /// <param name="isTimeVirtual">Whether its seconds are not this machine's.</param>
    public VirtualMachine(VmSpec spec, int index, string folder, IHypervisor hypervisor, bool isTimeVirtual)
    {
        Spec = spec;
        Index = index;
        Folder = folder;
        _hypervisor = hypervisor;
        _process = hypervisor.Start();
        Guest = new GuestExecutor(spec.Name, folder, SerialLog, isTimeVirtual);
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
    public string SerialLog => VmFiles.SerialLog(Folder);

    /// <summary>Runs commands in it.</summary>
    public GuestExecutor Guest { get; }

    /// <summary>The hypervisor's process ID.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether its hypervisor has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Waits until the guest runs commands.</summary>
    /// <returns>How long it took from the call.</returns>
    /// <exception cref="LabException">The hypervisor ended, or the guest does not answer within five minutes.</exception>
    public async Task<TimeSpan> WaitReadyAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(GuestExecutor.Socket(Folder, GuestExecutor.Ports - 1)))
        {
            if (clock.Elapsed > BootLimit)
                throw new LabException(
                    $"{Name}: {_hypervisor.Name} has made no socket after {BootLimit.TotalSeconds} s\n{LogTail.Of(_process.LogFile)}");
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

    /// <summary>Waits until its script has ended, and with it the VM.</summary>
    /// <exception cref="LabException">The script failed, or the VM ended before it: the end of what it printed.</exception>
    public async Task WaitScriptAsync(CancellationToken cancellation)
    {
        const string Ended = "shmwifi script ended: ", Well = Ended + "0"; // rootfs/etc/rc
        while (!_process.HasExited)
            await Task.Delay(100, cancellation);
        string log = LogTail.ReadAll(SerialLog);
        if (!log.Contains(Ended, StringComparison.Ordinal))
            throw new LabException($"{Name}: the VM ended before its script, with exit code {_process.ExitCode}\n{LogTail.Of(SerialLog)}");
        if (!log.Contains(Well, StringComparison.Ordinal))
            throw new LabException($"{Name}: its script failed\n{LogTail.Of(SerialLog)}");
    }

    /// <summary>Takes its power away: its hypervisor ends, and the guest is told nothing.</summary>
    public async Task PowerOffAsync()
    {
        await _hypervisor.QuitAsync(_process, StopStep);
        await _process.StopAsync(StopStep);
    }

    /// <summary>Kills its hypervisor: SIGKILL, so that nothing is closed in order.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitAsync(StopStep);
    }

    /// <summary>Starts its hypervisor again, on the same sockets, after it has ended. The guest boots as for the first time.</summary>
    public void PowerOn()
    {
        Guest.Dispose();
        for (int port = 0; port < GuestExecutor.Ports; port++)
            File.Delete(GuestExecutor.Socket(Folder, port)); // whose being there says that the new one listens
        _process.Dispose();
        _process = _hypervisor.Start();
    }

    /// <summary>Ends the hypervisor: in order, else by SIGTERM, else by SIGKILL.</summary>
    public async ValueTask DisposeAsync()
    {
        Guest.Dispose();
        if (!_process.HasExited)
            await PowerOffAsync();
        _process.Dispose();
        _hypervisor.Dispose();
    }

    private void ThrowIfExited()
    {
        if (_process.HasExited)
        {
            throw new LabException(
                $"{Name}: {_hypervisor.Name} ended with exit code {_process.ExitCode}\n{LogTail.Of(_process.LogFile)}\n{LogTail.Of(SerialLog)}");
        }
    }
}
