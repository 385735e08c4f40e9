using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.RingPeer;

/// <summary>The host's end of a TX ring: reads the slots in place.</summary>
internal sealed unsafe class TxConsumer(Region region, Doorbell wake, Doorbell ring, PeerOptions options)
{
    private readonly GuestPort _slots = region.OpenGuestPort(options.Port);
    private readonly RingConsumer _tx = PortWords.TxConsumer(region, options.Port);
    private readonly Jitter _jitter = new(0x7654321);
    private readonly Aim _aim = new();
    private readonly SharedIndex _decided = LitmusPage.Decided(region);
    private readonly SharedIndex _headWord = new(&PortWords.Header(region, options.Port)->TxHead);
    private readonly SharedIndex _freeEvent = new(&PortWords.Header(region, options.Port)->TxFreeEvent);

    /// <summary>Reads frames until the last, or the first that is wrong.</summary>
    public Verdict Run()
    {
        while (_tx.Taken != options.Until)
        {
            if (options.Pace == Pace.Litmus ? !AwaitRound() : !Await())
                return _tx.IsBroken ? Verdict.Broken : Verdict.LostDoorbell;

            uint first = _tx.Taken;
            uint count = options.Pace == Pace.FreeLitmus ? 1 : Math.Min(_tx.CountReady(), 1 + _jitter.Next(8));
            _tx.Take(count);
            if (options.Break == InjectedBug.EarlyRelease)
                Release(count);
            var verdict = Check(first, count);
            if (verdict != Verdict.Intact)
                return verdict;
            if (options.Break != InjectedBug.EarlyRelease)
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
            if (options.Pace != Pace.Sleep)
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
        bool rung = wake.HasRung(armed);
        return (!armed || rung) && _tx.CountReady() > 0;
    }

    private Verdict Check(uint first, uint count)
    {
        var verdict = Verdict.Intact;
        for (uint i = 0; i < count && verdict == Verdict.Intact; i++)
        {
            var slot = _slots.TxSlot(first + i);
            verdict = Payload.Check(slot, first + i);
        }
        return verdict;
    }

    private void Release(uint count)
    {
        if (options.Pace == Pace.FreeLitmus)
            AwaitFreeRound();
        bool isRung = options.Break == InjectedBug.NoFence ? ReleaseUnfenced(count) : _tx.Release(count);
        if (isRung)
            ring.Ring();
        if (options.Pace == Pace.FreeLitmus)
        {
            _decided.StoreRelease(_tx.Head);
            _aim.Correct(isRung);
        }
    }

    /// <summary>Until the ring is full, or has all frames that are left, and the producer is about to arm.</summary>
    private void AwaitFreeRound()
    {
        uint full = Math.Min(_tx.Length, options.Until - _tx.Head);
        Busy.Until(() => !_tx.RefreshTail() || _tx.Held + _tx.CountReady() == full);
        _aim.WaitToMove();
        LitmusPage.LoadStoreBuffer(region);
    }

    /// <summary>As <see cref="RingConsumer.Release"/>, without its (G).</summary>
    private bool ReleaseUnfenced(uint count)
    {
        uint old = _tx.Head;
        _headWord.StoreRelease(old + count);
        bool isRung = EventIndex.IsCrossed(_freeEvent.LoadAcquire(), old, old + count);
        _ = _tx.Release(count); // stores the same head again: too late to change the answer
        return isRung;
    }
}
