using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>
/// A logger whose sink has a thread and bounded queues of its own, one for events and one for
/// frames: who logs never waits; when the sink is too slow, lines are left
/// out, counted and told.
/// </summary>
internal sealed class LogOutput : ILoggerProvider, ILogger
{
    private const int EventCapacity = 1024, FrameCapacity = 2048;
    private const int ForWarnings = EventCapacity / 4; // a flood of what is only told must not cost the line that says so
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(2);
    private readonly Channel<LogEvent> _events = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(EventCapacity) { SingleReader = true });
    private readonly Channel<FrameRecord> _frames =
        Channel.CreateBounded<FrameRecord>(new BoundedChannelOptions(FrameCapacity) { SingleReader = true });
    private readonly AutoResetEvent _added = new(initialState: false);
    private readonly ILogSink _sink;
    private readonly Action<string> _onEnded;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private volatile bool _hasEnded;
    private long _lostEvents;
    private long _lostFrames;
    private long _toldFrames;

    /// <summary>An output that keeps what it gets until it is started.</summary>
    /// <param name="sink">Owned from now on.</param>
    public LogOutput(ILogSink sink, Action<string> onEnded)
    {
        _sink = sink;
        _onEnded = onEnded;
        _thread = new Thread(Run) { Name = "log", IsBackground = true };
    }

    /// <summary>Whether to <see cref="Add"/> frames.</summary>
    public bool WantsFrames => _sink.WantsFrames;

    /// <summary>Frames without a line.</summary>
    public long LostFrames => Interlocked.Read(ref _lostFrames);

    /// <summary>Starts writing.</summary>
    public void Start() => _thread.Start();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None && !_hasEnded;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string message = formatter(state, exception);
        if (exception is not null)
            message = $"{message}: {exception.Message}";
        bool hasRoom = logLevel >= LogLevel.Warning || _events.Reader.Count < EventCapacity - ForWarnings;
        if (!hasRoom || !_events.Writer.TryWrite(new LogEvent(DateTimeOffset.Now, logLevel, eventId, LogEvent.VmOf(state), message)))
            Interlocked.Increment(ref _lostEvents);
        _added.Set();
    }

    /// <summary>Adds a frame; <see cref="Wake"/> when no more follow at once.</summary>
    public void Add(in FrameRecord frame)
    {
        if (_hasEnded || !_frames.Writer.TryWrite(frame))
            AddLostFrames(1);
    }

    /// <summary>Counts frames that nobody showed us.</summary>
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
            bool hasEvent = _events.Reader.TryPeek(out var item);
            bool hasFrame = _frames.Reader.TryPeek(out var frame);
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
            Tell(MediumLog.EventsLost, $"{events} events are left out here: {_sink.Name} is too slow");
        long frames = LostFrames - _toldFrames;
        if (frames == 0)
            return;
        _toldFrames += frames;
        Tell(MediumLog.FramesLost, $"{frames} frames passed without a line here: {_sink.Name} is too slow");
    }

    /// <summary>Writes past the queue, which is full.</summary>
    private void Tell(EventId id, string message) => _sink.Write(new LogEvent(DateTimeOffset.Now, LogLevel.Warning, id, Vm: null, message));

    private static long UnixNs(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}
