using ShmWifi.Linux;
using ShmWifi.ShmMedium.Delivery;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>Reads a tap for the log: takes what a line needs, and never waits for who shows the line.</summary>
internal sealed unsafe class FrameLog : IDisposable
{
    // Headers, the 4-way handshake and the SSID, which is the first element, lie within.
    private const int CopiedOctets = 512;

    private readonly MediumLog _log;
    private readonly Thread _thread;
    private readonly byte[] _copy = new byte[CopiedOctets];
    private volatile bool _isStopping;
    private long _frames;
    private long _toldLost;

    /// <summary>A reader that does not run yet.</summary>
    public FrameLog(MediumLog log)
    {
        _log = log;
        _thread = new Thread(Run) { Name = "frame-log", IsBackground = true };
    }

    /// <summary>What makes the frames' times ones since 1970.</summary>
    public long UnixFromMonotonicNs { get; init; } = MonotonicClock.UnixOffsetNs;

    /// <summary>What the engine offers frames to.</summary>
    public FrameTap Tap { get; } = new();

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>For snapshots.</summary>
    public FrameLogSnapshot Describe() => new(Volatile.Read(ref _frames), _log.LostFrames);

    /// <summary>Reads what waits, and ends. Call it when the engine offers nothing more.</summary>
    public void Dispose()
    {
        _isStopping = true;
        Tap.Wake();
        if (_thread.IsAlive)
            _thread.Join();
        Tap.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            bool isLast = _isStopping;
            bool any = false;
            while (Tap.TryTake(_copy, out var frame))
            {
                Read(in frame);
                any = true;
            }
            long lost = Tap.Lost - _toldLost;
            _toldLost += lost;
            if (lost != 0)
                _log.AddLostFrames(lost);
            if (any || lost != 0)
                _log.WakeFrames();
            if (isLast)
                return;
            Tap.Wait();
        }
    }

    private void Read(in TappedFrame frame)
    {
        _log.Add(FrameRecord.Of(
            _copy.AsSpan(0, Math.Min(frame.Length, _copy.Length)),
            frame.Length,
            frame.Sender.Port.Name,
            frame.Sender.Name,
            (long)frame.TakenNs + UnixFromMonotonicNs,
            frame.FreqMhz,
            frame.SignalDbm,
            frame.IsAcked,
            frame.HasNoRoom));
        Volatile.Write(ref _frames, _frames + 1);
    }
}
