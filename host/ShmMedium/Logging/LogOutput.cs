using System.Threading.Channels;

namespace ShmWifi.Medium.Logging;

/// <summary>A sink with a thread and bounded queues of its own: who adds never waits; when the sink is too slow, lines are left out, counted and told.</summary>
internal sealed class LogOutput : IDisposable
{
    private const int EventCapacity = 1024, FrameCapacity = 2048;
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(2);
    private readonly Channel<LogEvent> _events = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(EventCapacity) { SingleReader = true });
    private readonly Channel<FrameRecord> _frames = Channel.CreateBounded<FrameRecord>(new BoundedChannelOptions(FrameCapacity) { SingleReader = true });
    private readonly AutoResetEvent _added = new(initialState: false);
    private readonly ILogSink _sink;
    private readonly Action<string> _onEnded;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private volatile bool _hasEnded;
    private long _lostEvents;
    private long _lostFrames;
    private long _toldFrames;

    /// <summary>Starts writing.</summary>
    /// <param name="sink">Owned from now on.</param>
    /// <param name="onEnded">Told why the sink takes no more.</param>
    public LogOutput(ILogSink sink, Action<string> onEnded)
    {
        _sink = sink;
        _onEnded = onEnded;
        _thread = new Thread(Run) { Name = "log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether to <see cref="Add(in FrameRecord)"/>.</summary>
    public bool WantsFrames => _sink.WantsFrames;

    /// <summary>Frames without a line.</summary>
    public long LostFrames => Interlocked.Read(ref _lostFrames);

    /// <summary>Adds an event.</summary>
    /// <param name="item">The event.</param>
    public void Add(LogEvent item)
    {
        if (_hasEnded)
            return;
        if (!_events.Writer.TryWrite(item))
            Interlocked.Increment(ref _lostEvents);
        _added.Set();
    }

    /// <summary>Adds a frame; <see cref="Wake"/> when no more follow at once.</summary>
    /// <param name="frame">The frame.</param>
    public void Add(in FrameRecord frame)
    {
        if (_hasEnded || !_frames.Writer.TryWrite(frame))
            AddLostFrames(1);
    }

    /// <summary>Counts frames that nobody showed us.</summary>
    /// <param name="frames">How many.</param>
    public void AddLostFrames(long frames) => Interlocked.Add(ref _lostFrames, frames);

    /// <summary>Has the frames written.</summary>
    public void Wake() => _added.Set();

    /// <summary>Writes what waits, and ends; does not wait for a terminal that is stopped.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _added.Set();
        _ = _thread.Join(s_stuck);
    }

    private void Run()
    {
        try
        {
            using (_sink as IDisposable)
            {
                while (true)
                {
                    bool isLast = _isStopping;
                    WriteWaiting();
                    TellLosses();
                    _sink.Flush();
                    if (isLast)
                        return;
                    if (!_events.Reader.TryPeek(out _) && !_frames.Reader.TryPeek(out _))
                        _added.WaitOne();
                }
            }
        }
        catch (IOException exception)
        {
            _hasEnded = true;
            _onEnded($"{_sink.Name} gets no more lines: {exception.Message}");
        }
    }

    /// <summary>Writes at most as many lines as the queues hold, by time.</summary>
    private void WriteWaiting()
    {
        for (int i = 0; i < EventCapacity + FrameCapacity; i++)
        {
            bool hasEvent = _events.Reader.TryPeek(out LogEvent? item);
            bool hasFrame = _frames.Reader.TryPeek(out FrameRecord frame);
            if (hasEvent && !(hasFrame && frame.UnixNs < UnixNs(item!.Time)))
            {
                _ = _events.Reader.TryRead(out _);
                _sink.Write(item!);
            }
            else if (hasFrame)
            {
                _ = _frames.Reader.TryRead(out _);
                _sink.Write(in frame);
            }
            else
            {
                return;
            }
        }
    }

    private void TellLosses()
    {
        long events = Interlocked.Exchange(ref _lostEvents, 0);
        if (events != 0)
            _sink.Write(new LogEvent(DateTimeOffset.Now, LogLevel.Warning, "events-lost", null, $"{events} events are left out here: {_sink.Name} is too slow"));
        long frames = LostFrames - _toldFrames;
        if (frames == 0)
            return;
        _toldFrames += frames;
        _sink.Write(new LogEvent(DateTimeOffset.Now, LogLevel.Warning, "frames-lost", null, $"{frames} frames passed without a line here: {_sink.Name} is too slow"));
    }

    private static long UnixNs(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}
