using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.RingPeer;

namespace ShmWifi.Tests.Processes;

/// <summary>How a frame reaches its receiver.</summary>
public enum Delivery
{
    /// <summary>The descriptor points into the sender's slot.</summary>
    ByReference,

    /// <summary>The host copies into the receiver's pool.</summary>
    ByCopy,
}

/// <summary>A host that hands every frame of port 0 to port 1, and frees the sender's slots.</summary>
/// <param name="delivery">By reference or by copy.</param>
/// <param name="freesEarly">Control: gives the sender's slot back when it posts the descriptor, not when the receiver read it.</param>
internal sealed unsafe class Relay(PeerRegion peers, Delivery delivery, Pace pace, bool freesEarly = false)
{
    private readonly HostPort _sender = peers.Region.Attach(0, peerId: 1, "sender");
    private HostPort _receiver = peers.Region.Attach(1, peerId: 2, "receiver");
    private uint _completed;

    /// <summary>Sequence number of the next frame to post.</summary>
    public uint Next => _sender.Tx.Taken;

    /// <summary>Moves frames until the receiver has given back the last.</summary>
    /// <param name="until">Sequence number to stop at.</param>
    /// <param name="isOver">Asked when idle: whether to give up, as the receiver has ended.</param>
    public void Run(uint until, Func<bool> isOver)
    {
        var spin = default(SpinWait);
        while (_sender.Tx.Head != until)
        {
            if (Complete() | Post(until))
                continue;
            Assert.That((_sender.Tx.IsBroken, _receiver.Rx.IsBroken), Is.EqualTo((false, false)));
            if (isOver())
                return;
            if (pace == Pace.Poll)
                spin.SpinOnce(sleep1Threshold: -1);
            else if (_sender.Tx.Arm() & _receiver.Rx.ArmFree())
                Assert.That(peers.Host.Wait(() => isOver() || IsReady()) || isOver(), Is.True, "the host's doorbell is lost");
        }
    }

    /// <summary>The receiver's VM is gone: what it held is freed, and its port given to another.</summary>
    public void ReplaceReceiver()
    {
        peers.Region.Detach(1);
        Free(_sender.Tx.Held);
        _receiver = peers.Region.Attach(1, peerId: 3, "successor");
        _completed = 0;
    }

    private bool IsReady() => _sender.Tx.CountReady() > 0 || (_receiver.Rx.RefreshHead() && _receiver.Rx.Head != _completed);

    /// <summary>Frees what the receiver has read.</summary>
    private bool Complete()
    {
        if (!_receiver.Rx.RefreshHead() || _receiver.Rx.Head == _completed)
            return false;
        uint count = _receiver.Rx.Head - _completed;
        for (uint i = 0; i < count; i++)
            Assert.That(_receiver.InjectedNs(_completed + i), Is.EqualTo(_receiver.Descriptor(_completed + i)->Cookie),
                "a completion is stamped before it is released");
        _completed += count;
        if (delivery == Delivery.ByReference && !freesEarly)
            Free(count);
        return true;
    }

    private bool Post(uint until)
    {
        var geometry = peers.Region.Geometry;
        uint room = Math.Min(geometry.PoolSlots, geometry.RxDescriptors) - (_receiver.Rx.Tail - _completed);
        uint count = Math.Min(Math.Min(_sender.Tx.CountReady(), room), until - _sender.Tx.Taken);
        if (count == 0)
            return false;

        for (uint i = 0; i < count; i++)
            Describe(_sender.TxSlot(_sender.Tx.Taken + i), _receiver.Rx.Tail + i);
        _sender.Tx.Take(count);
        bool freesNow = delivery == Delivery.ByCopy || freesEarly;
        if (freesNow)
            Free(count);
        if (_receiver.Rx.Publish(count))
            peers.Receiver.Ring();
        return true;
    }

    private void Describe(TxSlotHeader* slot, uint index)
    {
        uint length = slot->Length;
        uint offset = slot->Offset;
        Assert.That(length <= Abi.SlotPayloadSize && offset >= Abi.SlotHeaderSize && offset <= Abi.SlotSize - length, Is.True,
            "the payload lies in its slot");
        byte* payload = (byte*)slot + offset;
        if (delivery == Delivery.ByCopy)
        {
            byte* copy = _receiver.PoolSlot(index & (peers.Region.Geometry.PoolSlots - 1));
            Buffer.MemoryCopy(payload, copy, Abi.SlotSize, length);
            payload = copy;
        }
        *_receiver.Descriptor(index) = new RxDescriptor
        {
            Kind = RingKind.Frame,
            Length = length,
            Offset = _receiver.OffsetOf(payload),
            Cookie = slot->Cookie,
        };
    }

    private void Free(uint count)
    {
        if (_sender.Tx.Release(count))
            peers.Sender.Ring();
    }
}
