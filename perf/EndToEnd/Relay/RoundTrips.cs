using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>One frame to and fro: near station, relay, far station, relay, near station.</summary>
internal static class RoundTrips
{
    private const int Length = 256;

    /// <summary>Answers the latest frame that a far station got.</summary>
    public static void Answer(RelayEnd far)
    {
        while (!far.TrySend(far.Expected - 1, far.LatestLength, RelayUnderTest.NearStation))
            Thread.SpinWait(1);
        far.Flush();
    }

    /// <summary>Everyone sleeps until something comes.</summary>
    public static void MeasureAsleep(RelayEnd near, int count, Latencies latencies, CancellationToken cancellation)
    {
        latencies.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = MonotonicClock.NowNs;
            Send(near);
            _ = near.Receive(1, Waiting.WithinDeadline);
            latencies.Add(MonotonicClock.NowNs - start);
        }
    }

    /// <summary>Everyone polls. One thread plays both stations: with two cores, the relay has the other.</summary>
    public static void MeasurePolling(RelayEnd near, RelayEnd far, int count, Latencies latencies, CancellationToken cancellation)
    {
        latencies.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = MonotonicClock.NowNs;
            Send(near);
            while (far.Receive(1, Waiting.Not) == 0)
                Deadline.Check(start, "relay: frame", near.Expected);
            Answer(far);
            while (near.Receive(1, Waiting.Not) == 0)
                Deadline.Check(start, "relay: frame", near.Expected);
            latencies.Add(MonotonicClock.NowNs - start);
        }
    }

    private static void Send(RelayEnd near)
    {
        if (!near.TrySend(near.Expected, Length, RelayUnderTest.FarStation))
            throw new LabException($"relay: no room for frame {near.Expected}, though all before it were answered");
        near.Flush();
    }
}
