using System.Diagnostics;
using ShmWifi.Lab;
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

    private const int Length = 256;
    private readonly Cleanup _cleanup = new();
    private readonly MediumProcess _daemon;
    private readonly RingEnd _near, _far;

    /// <summary>Starts them.</summary>
    /// <param name="keys">YAML: more of the configuration.</param>
    public PacedFrames(string keys)
    {
        try
        {
            _daemon = _cleanup.Add(MediumProcess.StartConfigured($"socket: any.sock\npolling: off\ngeometry: {{ ports: 2 }}\n{keys}"));
            _near = _cleanup.Add(new RingEnd(_daemon.Socket, RelayUnderTest.NearStation, isAcknowledged: true));
            _far = _cleanup.Add(new RingEnd(_daemon.Socket, RelayUnderTest.FarStation, isAcknowledged: true));
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
            if (!_near.TrySend(_far.Expected, Length, RelayUnderTest.FarStation))
                throw new LabException($"page: no room for frame {_far.Expected}, though all before it came");
            _near.Flush();
            _ = _far.Receive(1, Waiting.WithinDeadline);
            load.InHost.Add((long)(_far.Latest.PostedNs - _far.Latest.CapturedNs));
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
