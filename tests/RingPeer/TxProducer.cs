using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.RingPeer;

/// <summary>A guest that publishes frames in TX slots: the frame's number is the slot's index.</summary>
internal sealed unsafe class TxProducer(Region region, Doorbell wake, Doorbell ring, PeerOptions options)
{
    private readonly GuestPort _port = region.OpenGuestPort(options.Port);
    private readonly Jitter _jitter = new(0x1234567);
    private readonly Aim _aim = new();
    private readonly SharedIndex _decided = LitmusPage.Decided(region);
    private readonly SharedIndex _tailWord = new(&PortWords.Header(region, options.Port)->TxTail);
    private readonly SharedIndex _availEvent = new(&PortWords.Header(region, options.Port)->TxAvailEvent);

    /// <summary>Publishes frames until the last.</summary>
    public Verdict Run()
    {
        var tx = _port.Tx;
        while (tx.Tail != options.Until)
        {
            uint count = options.Pace is Pace.Litmus or Pace.FreeLitmus ? 1 : Math.Min(1 + _jitter.Next(8), options.Until - tx.Tail);
            var room = options.Pace == Pace.FreeLitmus ? AwaitFreeRound() : AwaitFree(count);
            if (room != Verdict.Intact)
                return room;

            bool isRung;
            if (options.Break == InjectedBug.IndexBeforeSlot)
            {
                uint first = tx.Tail;
                isRung = tx.Publish(count);
                Fill(first, count);
            }
            else
            {
                Fill(tx.Tail, count);
                if (options.Pace == Pace.Litmus)
                    AwaitRound();
                isRung = options.Break == InjectedBug.NoFence ? PublishUnfenced(count) : tx.Publish(count);
            }

            if (isRung)
                ring.Ring();
            if (options.Pace == Pace.Litmus)
            {
                _decided.StoreRelease(tx.Tail);
                _aim.Correct(isRung);
            }
        }
        return Verdict.Intact;
    }

    private Verdict AwaitFree(uint count)
    {
        var tx = _port.Tx;
        var spin = default(SpinWait);
        while (!tx.HasFree(count))
        {
            if (tx.IsBroken)
                return Verdict.Broken;
            if (options.Pace == Pace.Poll)
                spin.SpinOnce(sleep1Threshold: -1);
            else if (tx.ArmFree() && !wake.Wait(() => tx.CountFree() >= count))
                return Verdict.LostDoorbell;
        }
        return Verdict.Intact;
    }

    /// <summary>On a full ring: arms while the consumer gives a slot back.</summary>
    private Verdict AwaitFreeRound()
    {
        var tx = _port.Tx;
        if (tx.InUse < tx.Length)
            return Verdict.Intact;
        Aim.WaitToArm();
        LitmusPage.LoadStoreBuffer(region);
        bool armed = tx.ArmFree();
        Busy.Until(() => _decided.LoadAcquire() != tx.Tail - tx.Length);
        bool rung = wake.HasRung(armed);
        if (armed && !rung)
            return Verdict.LostDoorbell;
        return tx.CountFree() == 1 ? Verdict.Intact : Verdict.Broken;
    }

    /// <summary>Until the consumer released the frame of the last round and is about to arm.</summary>
    private void AwaitRound()
    {
        Busy.Until(() => _port.Tx.CountFree() == _port.Tx.Length);
        _aim.WaitToMove();
        LitmusPage.LoadStoreBuffer(region);
    }

    /// <summary>As <see cref="RingProducer.Publish"/>, without its (E).</summary>
    private bool PublishUnfenced(uint count)
    {
        uint old = _port.Tx.Tail;
        _tailWord.StoreRelease(old + count);
        bool isRung = EventIndex.IsCrossed(_availEvent.LoadAcquire(), old, old + count);
        _ = _port.Tx.Publish(count); // stores the same tail again: too late to change the answer
        return isRung;
    }

    private void Fill(uint first, uint count)
    {
        for (uint i = 0; i < count; i++)
            Payload.Fill(_port.TxSlot(first + i), first + i);
    }
}
