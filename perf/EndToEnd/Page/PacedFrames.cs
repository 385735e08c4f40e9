using System.Diagnostics;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Page;

/// <summary>A daemon with two stations, of which one sends the other frames at a rate, one at a time.</summary>
internal sealed class PacedFrames : IDisposable
{
    /// <summary>The rate.</summary>
    public const int FramesASecond = 2000;

    private readonly Cleanup _cleanup = new();
    private readonly MediumProcess _daemon;
    private readonly RingEnd _near, _far;

    /// <summary>Starts them.</summary>
    /// <param name="keys">YAML: more of the configuration.</param>
    public PacedFrames(string keys)
    {
        try
        {
            var route = _cleanup.Add(RelayUnderTest.Rings("off", ports: 2, isAcknowledged: true, keys: keys));
            _daemon = route.Daemon!;
            _near = (RingEnd)_cleanup.Add(route.Attach(RelayUnderTest.NearStation));
            _far = (RingEnd)_cleanup.Add(route.Attach(RelayUnderTest.FarStation));
            _daemon.WaitForStations(2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Sends for a time.</summary>
    public PacedLoad Run(TimeSpan time, CancellationToken cancellation)
    {
        var load = new PacedLoad();
        int frames = (int)(time.TotalSeconds * FramesASecond);
        load.InHost.Reserve(frames);
        var cpu = _daemon.CpuTime;
        var clock = Stopwatch.StartNew();
        for (int sent = 0; sent < frames;)
        {
            if (sent > clock.Elapsed.TotalSeconds * FramesASecond)
            {
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(1);
                _near.TakeStatuses();
                continue;
            }
            var frame = LoneFrames.Send(_near, _far);
            load.InHost.Add((long)(frame.PostedNs - frame.CapturedNs));
            sent++;
        }
        load.Time = clock.Elapsed;
        load.Cpu = _daemon.CpuTime - cpu;
        return load;
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}

/// <summary>What the frames of some time cost.</summary>
internal sealed class PacedLoad
{
    /// <summary>From a frame's kick to when it is posted, the daemon's wake-up within.</summary>
    public Latencies InHost { get; } = new();

    /// <summary>How long they took.</summary>
    public TimeSpan Time { get; set; }

    /// <summary>Of all threads of the daemon.</summary>
    public TimeSpan Cpu { get; set; }

    /// <summary>That, of a core.</summary>
    public double Percent => 100 * (Cpu / Time);

    /// <summary>A quantile of <see cref="InHost"/>, ns.</summary>
    public double Ns(double fraction) => InHost.Quantiles(fraction)[0];

    /// <summary>Adds those of another time.</summary>
    public void Add(PacedLoad other)
    {
        InHost.Add(other.InHost);
        (Time, Cpu) = (Time + other.Time, Cpu + other.Cpu);
    }
}
