using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.RingPeer;

/// <summary>The host's end of a TX ring: reads the slots in place.</summary>
/// <param name="region">The region.</param>
/// <param name="wake">Wakes us.</param>
/// <param name="ring">Wakes the other side.</param>
/// <param name="options">What to do.</param>
public sealed unsafe class TxConsumer(Region region, Doorbell wake, Doorbell ring, PeerOptions options)
{
    private readonly GuestPort _slots = region.OpenGuestPort(options.Port);
    private readonly RingConsumer _tx = PortWords.TxConsumer(region, options.Port);
    private readonly Jitter _jitter = new(0x7654321);
    private readonly SharedIndex _decided = LitmusPage.Decided(region);

    /// <summary>Reads frames until the last, or the first that is wrong.</summary>
    public Verdict Run()
    {
        while (_tx.Taken != options.Until)
        {
            if (options.Pace == Pace.Litmus ? !AwaitRound() : !Await())
                return _tx.IsBroken ? Verdict.Broken : Verdict.LostDoorbell;

            uint first = _tx.Taken;
            uint count = Math.Min(_tx.CountReady(), 1 + _jitter.Next(8));
            _tx.Take(count);
            if (options.Break == Sabotage.EarlyRelease)
                Release(count);
            Verdict verdict = Check(first, count);
            if (verdict != Verdict.Intact)
                return verdict;
            if (options.Break != Sabotage.EarlyRelease)
                Release(count);
        }
        return Verdict.Intact;
    }

    private bool Await()
    {
        var spin = default(SpinWait);
        while (_tx.CountReady() == 0)
        {
            if (_tx.IsBroken)
                return false;
            if (options.Pace == Pace.Poll)
                spin.SpinOnce(sleep1Threshold: -1);
            else if (_tx.Arm() && !wake.Wait(() => _tx.CountReady() > 0))
                return false;
        }
        return true;
    }

    private bool AwaitRound()
    {
        Aim.WaitToArm();
        LitmusPage.LoadStoreBuffer(region);
        bool armed = _tx.Arm();
        Busy.Until(() => _decided.LoadAcquire() != _tx.Taken);
        bool rung = wake.TryTake();
        return (!armed || rung) && _tx.CountReady() > 0;
    }

    private Verdict Check(uint first, uint count)
    {
        Verdict verdict = Verdict.Intact;
        for (uint i = 0; i < count && verdict == Verdict.Intact; i++)
        {
            TxSlotHeader* slot = _slots.TxSlot(first + i);
            verdict = Payload.Check(slot, first + i);
        }
        return verdict;
    }

    private void Release(uint count)
    {
        if (_tx.Release(count))
            ring.Ring();
    }
}
