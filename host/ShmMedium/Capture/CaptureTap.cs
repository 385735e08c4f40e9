using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Writes all frames that pass to a pcapng file or FIFO, on a thread of its own.</summary>
/// <remarks>One interface a radio. A write that fails (full disk, reader gone) ends the capture with a message; the medium goes on.</remarks>
internal sealed unsafe class CaptureTap : IDisposable
{
    private readonly string _path;
    private readonly Action<string> _onStopped;
    private readonly Dictionary<int, int> _interfaces = [];
    private readonly Thread _thread;
    private readonly byte[] _radiotap = new byte[RadiotapHeader.MaxLength];
    private readonly byte[] _frame = new byte[Abi.SlotPayloadSize];
    private readonly long _unixFromMonotonicNs = Linux.MonotonicClock.UnixOffsetNs;
    private volatile bool _isStopping;
    private volatile string? _stopped;
    private long _frames;

    /// <summary>A capture that does not run yet.</summary>
    /// <param name="path">File, made again, or a FIFO that is there; a FIFO waits for its reader.</param>
    /// <param name="onStopped">Told why the capture ended early.</param>
    public CaptureTap(string path, Action<string> onStopped)
    {
        _path = path;
        _onStopped = onStopped;
        _thread = new Thread(Run) { Name = "capture", IsBackground = true };
    }

    /// <summary>What the engine offers frames to.</summary>
    public FrameTap Tap { get; } = new();

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>For snapshots.</summary>
    public CaptureSnapshot Describe() => new(_path, Volatile.Read(ref _frames), Tap.Lost, _stopped);

    /// <summary>Writes what waits, and ends. Call it when the engine offers nothing more.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Tap.Wake();
        if (_thread.IsAlive && !_thread.Join(TimeSpan.FromSeconds(5)))
            return; // it still waits for a FIFO's reader; the process ends without it
        Tap.Dispose();
    }

    private void Run()
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            Write(new PcapngWriter(file, "shm-medium"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _stopped = exception.Message;
            Tap.IsClosed = true;
            _onStopped($"capture to {_path} stopped after {_frames} frames: {exception.Message}");
        }
    }

    private void Write(PcapngWriter writer)
    {
        while (true)
        {
            bool isLast = _isStopping;
            bool any = false;
            while (Tap.TryTake(_frame, out var frame))
            {
                WriteFrame(writer, in frame);
                any = true;
            }
            if (any)
                writer.Flush();
            if (isLast)
                return;
            Tap.Wait();
        }
    }

    private void WriteFrame(PcapngWriter writer, in TappedFrame frame)
    {
        if (!_interfaces.TryGetValue(frame.Sender.Id, out int number))
        {
            number = writer.AddInterface(frame.Sender.FullName, frame.Sender.Identity);
            _interfaces.Add(frame.Sender.Id, number);
        }
        if (!Channel.TryFromFrequency((int)frame.FreqMhz, out var channel))
            return;
        int length = RadiotapHeader.Write(_radiotap, channel, FirstRate(in frame, channel.Band), frame.SignalDbm, noiseDbm: null);
        writer.WriteFrame(number, (long)frame.TakenNs + _unixFromMonotonicNs, FrameDirection.Outbound, _radiotap.AsSpan(0, length),
            _frame.AsSpan(0, frame.Length));
        Volatile.Write(ref _frames, _frames + 1);
    }

    private static PhyRate? FirstRate(in TappedFrame frame, Band band) =>
        frame.Chain.TryDecode(0, band, out var rate) ? rate.Phy : null;
}
