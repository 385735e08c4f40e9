using ShmWifi.Linux;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>As many frames as the relay carries from one station to another, or to many.</summary>
/// <remarks>One thread writes all frames and takes them at the other end, without sleeping: with two cores, the relay has the other.</remarks>
internal static class Throughput
{
    private const int Burst = 32; // frames published at a time
    private const int Window = 192; // frames on their way: fewer than a receiver may hold of one sender's slots

    /// <summary>One to one; each frame is written, relayed, read and checked whole.</summary>
    /// <param name="length">Bytes a frame.</param>
    public static double MeasureUnicast(RelayEnd near, RelayEnd far, int length, TimeSpan time, CancellationToken cancellation)
    {
        uint first = far.Expected;
        uint next = first;
        long start = MonotonicClock.NowNs;
        long end = start + (long)time.TotalNanoseconds;
        long now = start;
        while (now < end || far.Expected != next)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; now < end && i < Burst && next - far.Expected < Window && near.TrySend(next, length, far.Station); i++)
                next++;
            near.Flush();
            _ = far.Receive(Burst, Waiting.Not);
            near.TakeStatuses();
            now = MonotonicClock.NowNs;
            Deadline.Check(end, "relay: frame", far.Expected);
        }
        near.Expected = far.Expected;
        return (next - first) * 1e9 / (now - start);
    }

    /// <summary>One to all, for some time; receivers only give back what came.</summary>
    /// <param name="length">Bytes a frame.</param>
    public static long MeasureBroadcast(RelayEnd near, IReadOnlyList<RelayEnd> receivers, int length, TimeSpan time,
        CancellationToken cancellation) =>
        Broadcast(near, receivers, length, long.MaxValue, MonotonicClock.NowNs + (long)time.TotalNanoseconds, cancellation);

    /// <summary>So many frames to all.</summary>
    public static void Broadcast(RelayEnd near, IReadOnlyList<RelayEnd> receivers, int count, CancellationToken cancellation) =>
        _ = Broadcast(near, receivers, RelayFrame.MinLength, count, MonotonicClock.NowNs + (Deadline.LimitMs * 1_000_000L), cancellation);

    private static long Broadcast(RelayEnd near, IReadOnlyList<RelayEnd> receivers, int length, long most, long end, CancellationToken cancellation)
    {
        long sent = 0;
        long received = 0;
        long now = MonotonicClock.NowNs;
        bool isSending = true;
        while (isSending || received != sent * receivers.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            isSending = now < end && sent < most;
            for (int i = 0; isSending && i < Burst && sent < most && (sent * receivers.Count) - received < Window * receivers.Count
                && near.TrySend((uint)sent, length, RelayFrame.Everyone); i++)
                sent++;
            near.Flush();
            foreach (var receiver in receivers)
                received += receiver.Discard();
            now = MonotonicClock.NowNs;
            Deadline.Check(end, "relay: frame", (uint)sent);
        }
        return sent;
    }
}
