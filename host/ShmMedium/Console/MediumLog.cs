using System.Threading.Channels;
using ShmWifi.Medium.Engine;
using ShmWifi.Medium.Ivshmem;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Console;

/// <summary>Takes events from any thread without making it wait, and hands them to the sinks on a thread of its own.</summary>
/// <remarks>Bounded: when the sinks are too slow, events are left out and their number is told later.</remarks>
public sealed class MediumLog : IMediumLog, IServerLog, IDisposable
{
    private const int Capacity = 1024;
    private readonly Channel<LogEvent> _events = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly IReadOnlyList<ILogSink> _sinks;
    private readonly Thread _thread;
    private long _lost;

    /// <summary>Starts writing to the sinks.</summary>
    /// <param name="sinks">Where events go.</param>
    public MediumLog(params IReadOnlyList<ILogSink> sinks)
    {
        _sinks = sinks;
        _thread = new Thread(Run) { Name = "log", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void PortAttached(Port port) => Info("vm-attached", port.Name, $"attached: port {port.Id}, peer {port.PeerId}, QEMU pid {port.Pid}");

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
    public void RadioGone(Radio radio) => Info("radio-gone", radio.Port.Name, $"radio {radio.Name} left the air");

    /// <inheritdoc/>
    public void VmRefused(string name, int pid, string reason) => Add(LogLevel.Warning, "vm-refused", name, $"QEMU pid {pid} gets no air: {reason}");

    /// <inheritdoc/>
    public void HandshakeFailed(string socket, int pid, string reason) => Add(LogLevel.Warning, "handshake-failed", null, $"{socket}, QEMU pid {pid}: {reason}");

    /// <summary>Something was lost or refused.</summary>
    /// <param name="message">A sentence.</param>
    public void Warn(string message) => Add(LogLevel.Warning, "warning", null, message);

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        _events.Writer.TryComplete();
        _thread.Join();
    }

    private void Info(string kind, string? vm, string message) => Add(LogLevel.Info, kind, vm, message);

    private void Add(LogLevel level, string kind, string? vm, string message)
    {
        if (!_events.Writer.TryWrite(new LogEvent(DateTimeOffset.Now, level, kind, vm, message)))
            Interlocked.Increment(ref _lost);
    }

    private void Run()
    {
        while (_events.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_events.Reader.TryRead(out LogEvent? item))
                Write(item);
            long lost = Interlocked.Exchange(ref _lost, 0);
            if (lost != 0)
                Write(new LogEvent(DateTimeOffset.Now, LogLevel.Warning, "events-lost", null, $"{lost} events were left out: the log is too slow"));
        }
    }

    private void Write(LogEvent item)
    {
        foreach (ILogSink sink in _sinks)
            sink.Write(item);
    }
}
