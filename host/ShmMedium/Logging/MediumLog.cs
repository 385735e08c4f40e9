using ShmWifi.Medium.Engine;
using ShmWifi.Medium.Ivshmem;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Logging;

/// <summary>Takes events and frames from any thread without making it wait, and hands them to the sinks, each on a thread of its own.</summary>
public sealed class MediumLog : IMediumLog, IServerLog, IDisposable
{
    private readonly LogOutput[] _outputs;

    /// <summary>Starts writing to the sinks.</summary>
    /// <param name="sinks">Where events go; disposed with the log.</param>
    public MediumLog(params IReadOnlyList<ILogSink> sinks) => _outputs = [.. sinks.Select(sink => new LogOutput(sink, Warn))];

    /// <summary>Whether any sink wants frames.</summary>
    public bool WantsFrames => _outputs.Any(o => o.WantsFrames);

    /// <summary>Lines about frames that were left out: of the sink that lost most.</summary>
    public long LostFrames => _outputs.Select(o => o.LostFrames).DefaultIfEmpty().Max();

    /// <inheritdoc/>
    public void PortAttached(Port port) => Info("vm-attached", port.Name, $"attached: port {port.Id}, peer {port.PeerId}{(port.Pid == 0 ? "" : $", QEMU pid {port.Pid}")}");

    /// <inheritdoc/>
    public void PortDetached(Port port) => Info("vm-detached", port.Name, "gone");

    /// <inheritdoc/>
    public void PortFaulted(Port port, PortFault fault) =>
        Add(LogLevel.Warning, "vm-faulted", port.Name, $"broke the rules of the ring ({fault}) and is served no more; restart the VM");

    /// <inheritdoc/>
    public void GuestReady(Port port)
    {
        uint version = port.Rings.GuestAbiVersion;
        Info("guest-ready", port.Name, $"its service speaks ABI {Abi.FormatVersion(version)}");
    }

    /// <inheritdoc/>
    public void RadioAdded(Radio radio) => Info("radio-added", radio.Port.Name, $"radio {radio.Name} ({radio.Identity}) is on the air");

    /// <inheritdoc/>
    public void AnnouncementsUnlogged(Port port) =>
        Add(LogLevel.Warning, "announcements-unlogged", port.Name, "announces radios too often; what it announces is not logged for now");

    /// <inheritdoc/>
    public void RadioGone(Radio radio) => Info("radio-gone", radio.Port.Name, $"radio {radio.Name} left the air");

    /// <inheritdoc/>
    public void VmRefused(string name, int pid, string reason) => Add(LogLevel.Warning, "vm-refused", name, $"QEMU pid {pid} gets no air: {reason}");

    /// <inheritdoc/>
    public void HandshakeFailed(string socket, int pid, string reason) => Add(LogLevel.Warning, "handshake-failed", null, $"{socket}, QEMU pid {pid}: {reason}");

    /// <inheritdoc/>
    public void AcceptFailed(string socket, string reason) =>
        Add(LogLevel.Warning, "accept-failed", null, $"{socket}: VMs that connect wait, since {reason}; raise the daemon's limits (ulimit -n, LimitNOFILE)");

    /// <summary>Something was lost or refused.</summary>
    /// <param name="message">A sentence.</param>
    public void Warn(string message) => Add(LogLevel.Warning, "warning", null, message);

    /// <summary>Adds a frame for the sinks that want frames; <see cref="WakeFrames"/> when no more follow at once.</summary>
    /// <param name="frame">The frame.</param>
    public void Add(in FrameRecord frame)
    {
        foreach (LogOutput output in _outputs)
        {
            if (output.WantsFrames)
                output.Add(in frame);
        }
    }

    /// <summary>Counts frames that nobody showed us.</summary>
    /// <param name="frames">How many.</param>
    public void AddLostFrames(long frames)
    {
        foreach (LogOutput output in _outputs)
        {
            if (output.WantsFrames)
                output.AddLostFrames(frames);
        }
    }

    /// <summary>Has the frames written.</summary>
    public void WakeFrames()
    {
        foreach (LogOutput output in _outputs)
        {
            if (output.WantsFrames)
                output.Wake();
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        foreach (LogOutput output in _outputs)
            output.Dispose();
    }

    private void Info(string kind, string? vm, string message) => Add(LogLevel.Info, kind, vm, message);

    private void Add(LogLevel level, string kind, string? vm, string message)
    {
        var item = new LogEvent(DateTimeOffset.Now, level, kind, vm, message);
        foreach (LogOutput output in _outputs)
            output.Add(item);
    }
}
