using Microsoft.Extensions.Logging;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>Takes events and frames from any thread without making it wait, and hands them to the sinks, each on a thread of its own.</summary>
internal sealed partial class MediumLog : IDisposable
{
    private readonly LogOutput[] _outputs;
    private readonly LogOutput[] _frameOutputs;
    private readonly EventRing? _events;
    private readonly LoggerFactory _loggers;
    private readonly ILogger _logger;

    /// <summary>Starts writing to the sinks.</summary>
    /// <param name="sinks">Where events go; disposed with the log.</param>
    public MediumLog(params IReadOnlyList<ILogSink> sinks)
        : this(events: null, sinks)
    {
    }

    /// <summary>The same, and keeps events for who comes after this process.</summary>
    /// <param name="events">Where; null: nowhere.</param>
    /// <param name="sinks">Where events go; disposed with the log.</param>
    public MediumLog(EventRing? events, IReadOnlyList<ILogSink> sinks)
    {
        _events = events;
        _outputs = [.. sinks.Select(sink => new LogOutput(sink, Warn))];
        _frameOutputs = [.. _outputs.Where(o => o.WantsFrames)];
        _loggers = new LoggerFactory([.. _outputs, .. events is null ? (ILoggerProvider[])[] : [new EventRingLogger(events)]]);
        _logger = _loggers.CreateLogger("ShmWifi.Medium");
        foreach (var output in _outputs)
            output.Start();
    }

    /// <summary>Whether any sink wants frames.</summary>
    public bool WantsFrames => _frameOutputs.Length != 0;

    /// <summary>Lines about frames that were left out: of the sink that lost most.</summary>
    public long LostFrames => _frameOutputs.Select(o => o.LostFrames).DefaultIfEmpty().Max();

    /// <summary>Something that nobody needs to read unless this process dies.</summary>
    public void Note(string message) => _events?.Write(LogLevel.Information, message);

    /// <summary>Adds a frame for the sinks that want frames; <see cref="WakeFrames"/> when no more follow at once.</summary>
    public void Add(in FrameRecord frame)
    {
        foreach (var output in _frameOutputs)
            output.Add(in frame);
    }

    /// <summary>Counts frames that nobody showed us.</summary>
    public void AddLostFrames(long frames)
    {
        foreach (var output in _frameOutputs)
            output.AddLostFrames(frames);
    }

    /// <summary>Has the frames written.</summary>
    public void WakeFrames()
    {
        foreach (var output in _frameOutputs)
            output.Wake();
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        _loggers.Dispose();
        foreach (var output in _outputs)
            output.Dispose();
    }
}
