using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.RingPeer;

/// <summary>A guest that reads what RX descriptors point at, in the sender's slots or in its pool.</summary>
internal sealed unsafe class RxConsumer(Region region, Doorbell wake, Doorbell ring, PeerOptions options)
{
    private readonly GuestPort _port = region.OpenGuestPort(options.Port);
    private readonly Jitter _jitter = new(0x2468ace);

    /// <summary>Reads frames until the last, or the first that is wrong.</summary>
    public Verdict Run()
    {
        var rx = _port.Rx;
        uint due = options.First;
        while (due != options.Until)
        {
            var spin = default(SpinWait);
            while (rx.CountReady() == 0)
            {
                if (rx.IsBroken)
                    return Verdict.Broken;
                if (options.Pace == Pace.Poll)
                    spin.SpinOnce(sleep1Threshold: -1);
                else if (rx.Arm() && !wake.Wait(() => rx.CountReady() > 0))
                    return Verdict.LostDoorbell;
            }

            uint count = Math.Min(rx.CountReady(), 1 + _jitter.Next(8));
            for (uint i = 0; i < count; i++)
            {
                var verdict = Check(rx.Taken + i, due);
                if (verdict != Verdict.Intact)
                    return verdict;
                _port.SetInjected(rx.Taken + i, due);
                due++;
            }
            rx.Take(count);
            if (rx.Release(count))
                ring.Ring();
        }
        return Verdict.Intact;
    }

    private Verdict Check(uint index, uint due)
    {
        var descriptor = _port.ReadDescriptor(index);
        if (descriptor.Kind != RingKind.Frame || descriptor.Cookie != due || !region.Contains(descriptor.Offset, descriptor.Length))
            return Verdict.Torn;
        return Payload.Check(new ReadOnlySpan<byte>(region.Address + descriptor.Offset, (int)descriptor.Length), due);
    }
}
