using System.Diagnostics;
using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Demo;

/// <summary>The NATS server that joins the hosts is killed under traffic, and started again before the other hosts' radios have to leave.</summary>
/// <param name="isLocal">Whether a station is on the access point's host: it must notice nothing.</param>
internal sealed class ServerOutage(
    NatsServer server, Member accessPoint, IReadOnlyList<Member> stations, Predicate<Member> isLocal, Progress progress)
{
    private const int PingsASecond = 10;
    private const int Seconds = 8; // of the local stations' pings
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(3); // less than the grace time, 5 s
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <exception cref="LabException">A station did not come back.</exception>
    public async Task<OutageReport> RunAsync(CancellationToken cancellation)
    {
        progress.Now("killing nats-server under traffic");
        List<PingProbe> local = [.. stations.Where(station => isLocal(station)).Select(Probe)];
        var pings = local.ConvertAll(probe => probe.RunAsync(Seconds * PingsASecond, 1.0 / PingsASecond, cancellation));
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        await server.KillAsync();
        await Task.Delay(s_away, cancellation);
        await server.StartAsync(cancellation);
        var clock = Stopwatch.StartNew();
        var away = stations.Where(station => !isLocal(station));
        var back = await Task.WhenAll(away.Select(station => AwaitAsync(station, clock, cancellation)));
        await Task.WhenAll(pings);
        progress.Done(string.Create(CultureInfo.InvariantCulture, $"nats-server was away for {s_away.TotalSeconds} s: ")
            + string.Join(", ", back.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} was back after {one.Ms:0} ms"))));
        return new OutageReport(s_away, local.ConvertAll(PingFigures.Of), back);
    }

    private PingProbe Probe(Member station) => new(MeasuredPath.OverAir(station, accessPoint));

    private async Task<StationBack> AwaitAsync(Member station, Stopwatch clock, CancellationToken cancellation)
    {
        var path = MeasuredPath.OverAir(station, accessPoint);
        while (clock.Elapsed < s_patience)
        {
            var (exitCode, _) = await path.Guest.TryRunAsync(
                $"{path.Enter}/bin/ping -n -c 1 -W 0.2 {path.Address}", TimeSpan.FromSeconds(10), null, cancellation);
            if (exitCode == 0)
                return new StationBack(station.Name, clock.Elapsed.TotalMilliseconds);
        }
        throw new LabException($"{station.Name} does not reach {accessPoint.Name} {s_patience.TotalSeconds} s after nats-server is back");
    }
}

/// <summary>What came of killing the NATS server.</summary>
/// <param name="Local">Pings of stations on the access point's host, all the time.</param>
/// <param name="Back">The others.</param>
internal sealed record OutageReport(TimeSpan Away, IReadOnlyList<PingFigures> Local, IReadOnlyList<StationBack> Back);

/// <summary>A station on another host than its access point.</summary>
/// <param name="Ms">From the server's being there again to the first ping that was answered.</param>
internal sealed record StationBack(string Name, double Ms);
