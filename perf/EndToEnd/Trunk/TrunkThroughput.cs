using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Trunk;

/// <summary>As many frames as come from a station of one host to a station of the other, and what they take on the wire.</summary>
internal sealed class TrunkThroughput : IRelayMeasurement
{
    private const int Length = 200;
    private const double LeastFrames = 100_000;
    private readonly Cleanup _cleanup = new();
    private readonly TimeSpan _time;
    private readonly (RelayEnd Near, RelayEnd Far) _local;
    private readonly (RelayEnd Near, RelayEnd Far) _remote;
    private readonly TwoHosts _hosts;
    private readonly Rounds _framesPerSecond = new();
    private readonly Rounds _framesAMessage = new();
    private readonly Rounds _bytesAFrame = new();

    /// <summary>Starts daemons and server.</summary>
    public TrunkThroughput(bool isQuick, CancellationToken cancellation)
    {
        _time = TimeSpan.FromMilliseconds(isQuick ? 200 : 2000);
        try
        {
            var one = _cleanup.Add(RelayUnderTest.Rings("off", ports: 2, isAcknowledged: false));
            _local = (_cleanup.Add(one.Attach(RelayUnderTest.NearStation)), _cleanup.Add(one.Attach(RelayUnderTest.FarStation)));
            one.Daemon!.WaitForStations(2);
            _hosts = _cleanup.Add(new TwoHosts());
            _remote = (_cleanup.Add(_hosts.AttachNear()), _cleanup.Add(_hosts.AttachFar()));
            _hosts.WaitForStations();
            for (int i = 0; i < 3; i++) // the compilers' time
            {
                _ = Throughput.MeasureUnicast(_local.Near, _local.Far, Length, TimeSpan.FromMilliseconds(150), cancellation);
                _ = Throughput.MeasureUnicast(_remote.Near, _remote.Far, Length, TimeSpan.FromMilliseconds(300), cancellation);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "throughput";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        double local = Throughput.MeasureUnicast(_local.Near, _local.Far, Length, _time, cancellation);
        var before = _hosts.Sent;
        _framesPerSecond.Add(Throughput.MeasureUnicast(_remote.Near, _remote.Far, Length, _time, cancellation), local);
        var after = _hosts.Sent;
        double frames = after.FramesSent - before.FramesSent;
        _framesAMessage.Add(frames / (after.MessagesSent - before.MessagesSent));
        _bytesAFrame.Add((after.BytesSent - before.BytesSent) / frames);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(_framesPerSecond.Judge(TrunkGroup.GroupName, $"throughput, {Length} B, host to host, beside one daemon", "frames/s",
            "≥ 100,000 frames/s", _framesPerSecond.Median >= LeastFrames));
        results.Add(_framesAMessage.Tell(TrunkGroup.GroupName, $"frames a message under load, {Length} B", "1"));
        results.Add(_bytesAFrame.Tell(TrunkGroup.GroupName, $"payload of NATS messages a frame of {Length} B", "B"));
        var received = _hosts.Received;
        double lost = received.Lost + received.Stale + received.NoRoom + received.Unknown + received.Malformed + _hosts.Sent.NotSent;
        results.Add(Rounds.Once(lost).Judge(TrunkGroup.GroupName, "frames and messages lost", "1", "0", lost == 0));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}
