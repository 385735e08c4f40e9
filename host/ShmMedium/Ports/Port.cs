using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Latency;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>A VM's port as the engine keeps it: the rings, and in private memory who holds what.</summary>
/// <remarks>Owned by the engine thread. Others may read <see cref="Name"/>, counters and latency.</remarks>
internal sealed unsafe partial class Port
{
    private readonly ushort[] _references;
    private readonly byte[] _tapReferences;
    private readonly Share[] _shares; // what others have of this one's frames, by their ports
    private readonly Holding[] _holdings;
    private readonly ushort[] _freePool;
    private readonly uint[] _refused; // by place in the RX ring: of the latest index there whose frame the guest refused, the complement
    private readonly LedgerPort* _ledger;
    private readonly byte* _region;
    private readonly RxDescriptor* _descriptors;
    private readonly uint _rxLength;
    private readonly uint _rxReserve;
    private uint _publishedRx;
    private FrameTally _received; // in descriptors that are not published yet
    private FrameTally _sent;
    private int _freePoolCount;
    private uint _stallHead;
    private long _stallSinceNs;

    /// <summary>How long a guest may hold a sender's ring up: longer than a live one is ever kept from a core.</summary>
    public const long StallNs = 200_000_000;

    private const int PoolShare = 7; // a sender's dynamic threshold: seven times what it leaves free

    /// <summary>A fresh port.</summary>
    /// <param name="id">The engine's number for it; in a shared region its place in the port table, too.</param>
    /// <param name="ledger">Where is written down how far it has come.</param>
    public Port(int id, PortOffer offer, HostPort rings, LedgerPort* ledger)
    {
        _ledger = ledger;
        Id = id;
        Offer = offer;
        Rings = rings;
        var geometry = rings.Region.Geometry;
        _references = new ushort[geometry.TxSlots];
        _tapReferences = new byte[geometry.TxSlots];
        _holdings = new Holding[geometry.RxDescriptors];
        _freePool = new ushort[geometry.PoolSlots];
        for (int slot = 0; slot < _freePool.Length; slot++)
            _freePool[slot] = (ushort)slot;
        _freePoolCount = _freePool.Length;
        _refused = new uint[geometry.RxDescriptors];
        _region = rings.Region.Address;
        _descriptors = rings.Descriptor(0);
        _rxLength = geometry.RxDescriptors;
        _rxReserve = _rxLength / 8;
        NextRx = _publishedRx = ReclaimedRx = rings.Rx.Tail;
        HoldLimit = (int)geometry.TxSlots / 2;
        HoldLimitByPort = HoldLimit / 2;
        _shares = new Share[offer.Region.PortLimit];
        LatencyFrom = new LinkLatency?[offer.Region.PortLimit];
        IsRemote = offer.Kind == PortKind.Trunk;
    }

    /// <summary>The engine's number for it.</summary>
    public int Id { get; }

    /// <summary>Counts the ports that there ever were: tells it from those that had its number before.</summary>
    public uint Generation { get; init; }

    /// <summary>What it was told of its VM.</summary>
    public PortOffer Offer { get; }

    /// <summary>The VM is another host's: that host decided who receives its frames.</summary>
    public bool IsRemote { get; }

    /// <summary>The VM's name.</summary>
    public string Name => Offer.Name;

    /// <summary>Whether the guest's end of its rings is on the engine's thread, too, so that neither rings for the other.</summary>
    public bool IsServedHere => Offer.Kind == PortKind.VhostUser;

    /// <summary>The host's end of its rings.</summary>
    public HostPort Rings { get; }

    /// <summary>The VM's radios by its own numbers.</summary>
    public Radio?[] Radios { get; } = new Radio?[Abi.MaxRadios];

    /// <summary>Latency of frames that came to this VM, by the sending port's number; null before the first.</summary>
    public LinkLatency?[] LatencyFrom { get; }

    /// <summary>All ports by number, as the engine keeps them; set when it takes the port on.</summary>
    internal Port?[] Peers { get; set; } = [];

    /// <summary>Ports whose fault has still to be settled, as the engine keeps them; set when it takes the port on.</summary>
    internal List<Port> NewlyFaulted { get; set; } = [];

    /// <summary>Radios that the VM ever brought.</summary>
    public int RadiosEver { get; set; }

    /// <summary>What the engine may still do for the VM before it serves the others, in units of work; negative: what it did too much.</summary>
    public int Credit { get; set; }

    /// <summary>Frames of the VM that wait in the host's memory.</summary>
    public int HeldFrames { get; set; }

    /// <summary>Of these, frames that another engine has taken.</summary>
    public int InheritedFrames { get; set; }

    /// <summary>The VM is gone; the port waits until nobody holds its slots.</summary>
    public bool IsRetired { get; set; }

    /// <summary>TX slots of this port that receivers still read.</summary>
    public int HeldSlots { get; private set; }

    /// <summary>At most so many TX slots may be held by others: half of the ring.</summary>
    public int HoldLimit { get; }

    /// <summary>At most so many by one of them: then it is slow, and gets copies.</summary>
    public int HoldLimitByPort { get; }

    /// <summary>References to this port's slots, over all slots.</summary>
    public int TotalReferences { get; private set; }

    /// <summary>When the guest last gave descriptors back, CLOCK_MONOTONIC ns.</summary>
    internal long ReclaimedAtNs { get; set; }

    /// <summary>When the guest last said anything, or gave descriptors back, CLOCK_MONOTONIC ns.</summary>
    internal long HeardAtNs { get; set; }

    /// <summary>Where the latest RX descriptor points, and which of the engine's deliveries that is of; 0: of none that others of the VM's radios
    /// may share.</summary>
    public (ulong Delivery, nint Payload) Latest { get; set; }

    /// <summary>RX descriptors filled and not yet published.</summary>
    public uint PendingRx => NextRx - _publishedRx;

    /// <summary>RX descriptors that the guest has and that were not reclaimed.</summary>
    public uint OutstandingRx => NextRx - ReclaimedRx;

    /// <summary>Index of the oldest RX descriptor that was not reclaimed.</summary>
    public uint ReclaimedRx { get; private set; }

    /// <summary>The guest's kernel would not take the frame of an RX descriptor.</summary>
    public void MarkRefused(uint index) => _refused[index & (uint)(_refused.Length - 1)] = ~index;

    /// <summary>Whether it would not, of a descriptor that was reclaimed. Known until the next refusal in the descriptor's place.</summary>
    public bool WasRefused(uint index) => _refused[index & (uint)(_refused.Length - 1)] == ~index;

    /// <summary>Free slots of the RX pool.</summary>
    public int FreePoolSlots => _freePoolCount;

    /// <summary>Slots of the RX pool.</summary>
    public int PoolLength => _freePool.Length;

    /// <summary>Whether the guest broke the rules.</summary>
    public bool IsFaulted => Fault != PortFault.None;

    /// <summary>Why; kept here, since the guest can write the region's copy.</summary>
    public PortFault Fault { get; private set; }

    /// <summary>Serves the guest no more, as it broke the rules.</summary>
    /// <remarks>Only a mark: its radios and what it holds go when nobody is in the middle of using them (<c>MediumEngine.SettleFaults</c>).</remarks>
    public void BreakOff(PortFault fault)
    {
        if (IsFaulted)
            return;
        Fault = _ledger->Fault = fault;
        NewlyFaulted.Add(this);
    }

    /// <summary>Whether a frame of a VM for this one has room; TX statuses may use a reserve of an eighth of the ring beyond it.</summary>
    /// <remarks>A sender may fill no more than it leaves free, so however many senders fill what they may, others find room: dynamic thresholds
    /// with a factor of 1, see <c>HeldFrames</c>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoomForFrame(Port sender) => OutstandingRx + _rxReserve + sender._shares[Id].Frames < _rxLength;

    /// <summary>Whether a TX status or a control message has room.</summary>
    public bool HasRoomForStatus => OutstandingRx < _rxLength;

    /// <summary>References into senders' slots that the guest has and that were not reclaimed.</summary>
    public int HeldReferences { get; private set; }

    /// <summary>The guest holds a ring up and gives nothing back: it gets copies until it does.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Whether held slots keep this port from being used: half of its ring waits behind them, or its VM is gone.</summary>
    public bool IsHeldUp => HeldSlots != 0 && (IsRetired || Rings.Tx.Held > HoldLimit);

    /// <summary>Whether one more frame of ours may lie in its slot for <paramref name="receiver"/>.</summary>
    /// <param name="slot">The TX slot's index, free-running.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHold(uint slot, Port receiver) =>
        !receiver.IsStalled && _shares[receiver.Id].Slots < HoldLimitByPort && (HeldSlots < HoldLimit || _references[Wrap(slot)] != 0);

    /// <summary>Counts one receiver that reads a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddReference(uint slot)
    {
        if (_references[Wrap(slot)]++ == 0)
            HeldSlots++;
        TotalReferences++;
    }

    /// <summary>Counts one receiver less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void DropReference(uint slot)
    {
        TotalReferences--;
        if (--_references[Wrap(slot)] == 0)
            HeldSlots--;
    }

    /// <summary>Whether nobody reads a slot.</summary>
    public bool IsUnheld(uint slot) => _references[Wrap(slot)] == 0 && _tapReferences[Wrap(slot)] == 0;

    /// <summary>TX slots of this port that taps hold.</summary>
    public int TappedSlots { get; private set; }

    /// <summary>Whether slots that taps hold keep this port from being used.</summary>
    public bool IsHeldUpByTaps => TappedSlots != 0 && (IsRetired || Rings.Tx.Held > HoldLimit);

    /// <summary>Whether a frame may lie in its slot for a tap: taps have a quarter of the ring between them, beside the receivers' half.</summary>
    public bool MayTap(uint slot) => TappedSlots < HoldLimit / 2 || _tapReferences[Wrap(slot)] != 0;

    /// <summary>Counts one tap that holds a slot.</summary>
    public void AddTapReference(uint slot)
    {
        if (_tapReferences[Wrap(slot)]++ == 0)
            TappedSlots++;
        TotalReferences++;
    }

    /// <summary>Counts one tap less.</summary>
    public void DropTapReference(uint slot)
    {
        TotalReferences--;
        if (--_tapReferences[Wrap(slot)] == 0)
            TappedSlots--;
    }

    /// <summary>The next RX descriptor's index; fill <see cref="NextDescriptor"/>, then call one of the four that commit it.</summary>
    public uint NextRx { get; private set; }

    /// <summary>Whether its guest may read what lies in another's rings.</summary>
    public bool IsInRegionOf(Port other) => _region == other._region;

    /// <summary>Offset of an address in the region, for a descriptor.</summary>
    public ulong OffsetOf(byte* address) => (ulong)(address - _region);

    /// <summary>The next RX descriptor.</summary>
    public RxDescriptor* NextDescriptor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _descriptors + (NextRx & (_rxLength - 1));
    }

    /// <summary>Commits a descriptor that points into a sender's slot.</summary>
    /// <param name="offset">Where in the slot the frame starts.</param>
    /// <param name="length">Bytes of it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CommitReference(Port sender, uint slot, ushort offset, ushort length)
    {
        sender.AddReference(slot);
        ref var share = ref sender._shares[Id];
        share.Slots++;
        share.Frames++;
        HeldReferences++;
        Hold(new Holding(slot, offset, length, (ushort)sender.Id, HoldingKind.Reference, sender.Generation));
        _received.Add(length);
    }

    /// <summary>Commits a descriptor that points into the RX pool.</summary>
    /// <param name="poolSlot">From <see cref="TryTakePoolSlot"/>.</param>
    /// <param name="length">Bytes of the frame.</param>
    public void CommitCopy(Port sender, ushort poolSlot, uint length)
    {
        sender._shares[Id].Frames++;
        Hold(new Holding(poolSlot, 0, 0, (ushort)sender.Id, HoldingKind.Copy, sender.Generation));
        _received.Add(length);
    }

    /// <summary>Commits a descriptor that points to where the one before it points: another radio of the VM receives the same frame.</summary>
    /// <remarks>Descriptors come back in their order, so the last of them holds what the frame lies in.</remarks>
    /// <param name="length">Bytes of the frame.</param>
    public void CommitShared(Port sender, uint length)
    {
        sender._shares[Id].Frames++;
        ref var before = ref _holdings[(NextRx - 1) & (uint)(_holdings.Length - 1)];
        Hold(before);
        before = before with { Kind = HoldingKind.HeldByNext };
        _received.Add(length);
    }

    /// <summary>Commits a descriptor without payload.</summary>
    public void CommitMessage() => Hold(default);

    /// <summary>Commits a descriptor that is no frame, and points into the RX pool.</summary>
    /// <param name="poolSlot">From <see cref="TryTakePoolSlot"/>.</param>
    public void CommitMessage(ushort poolSlot) => Hold(new Holding(poolSlot, 0, 0, 0, HoldingKind.Message, 0));

    /// <summary>Whether a message that is no frame has a place in the pool: beside those that references may be moved to.</summary>
    public bool HasPlaceForMessage => _freePoolCount > HeldReferences;

    /// <summary>Whether one more frame of a VM for this one has a place in the pool: as many slots stay free
    /// as references are held, so that each can be moved, and some for other senders.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasPlaceForFrame(Port sender) => (_freePoolCount - HeldReferences) * PoolShare > sender._shares[Id].Frames;

    /// <summary>Whether the guest gave nothing back for <see cref="StallNs"/>, as far as it was looked at.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public bool CheckStall(long nowNs)
    {
        if (_stallHead != ReclaimedRx || _stallSinceNs == 0)
            (_stallHead, _stallSinceNs) = (ReclaimedRx, nowNs);
        IsStalled = nowNs - _stallSinceNs >= StallNs;
        if (IsStalled)
            _stallSinceNs = 0;
        return IsStalled;
    }

    /// <summary>Copies what lies in senders' slots for this guest into its pool, points its descriptors there and lets the slots go.</summary>
    /// <remarks>The slots go back to their senders later in the round; guests look at a descriptor again
    /// after they have read its frame (docs/decisions/0004).</remarks>
    public void MoveReferencesToPool()
    {
        uint first = ReclaimedRx; // of the descriptors that point to the same frame
        for (uint index = first; index != NextRx; index++)
        {
            ref var holding = ref _holdings[index & (uint)(_holdings.Length - 1)];
            if (holding.Kind == HoldingKind.HeldByNext)
                continue;
            uint firstOfFrame = first;
            first = index + 1;
            if (holding.Kind != HoldingKind.Reference || !TryTakePoolSlot(out ushort poolSlot))
                continue;
            byte* copy = Rings.PoolSlot(poolSlot);
            Buffer.MemoryCopy((byte*)Peers[holding.Sender]!.Rings.TxSlot(holding.Slot) + holding.Offset, copy, Abi.SlotSize, holding.Length);
            for (uint same = firstOfFrame; same != first; same++)
                Rings.MoveToPool(same, poolSlot);
            Rings.Count(HostCounter.Copied);
            Rings.Count(HostCounter.CopiedBytes, holding.Length);
            DropHeldReference(in holding);
            holding = new Holding(poolSlot, 0, 0, holding.Sender, HoldingKind.Copy, holding.Generation);
        }
    }

    /// <summary>Counts a frame that the guest sent.</summary>
    public void CountSent(uint length) => _sent.Add(length);

    /// <summary>Shows what was counted in the region; at the end of a batch.</summary>
    public void ShowSent() => _sent.AddTo(Rings, HostCounter.TxFrames, HostCounter.TxBytes);

    /// <summary>Writes down that what was taken so far has been published: who takes over does not take it again.</summary>
    public void SettleTaken() => Volatile.Write(ref _ledger->TxTaken, Rings.Tx.Taken);

    /// <summary>Interrupts the guest.</summary>
    public void RingDoorbell()
    {
        Rings.Count(HostCounter.Doorbells);
        Offer.Call.Signal();
    }

    /// <summary>Takes a slot of the RX pool.</summary>
    public bool TryTakePoolSlot(out ushort slot)
    {
        if (_freePoolCount == 0)
        {
            slot = 0;
            return false;
        }
        slot = _freePool[--_freePoolCount];
        return true;
    }

    /// <summary>Gives a slot back that no descriptor points to.</summary>
    /// <param name="slot">From <see cref="TryTakePoolSlot"/>.</param>
    public void ReturnPoolSlot(ushort slot) => _freePool[_freePoolCount++] = slot;

    /// <summary>Stamps and publishes what was committed.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <returns>Whether the guest asked for a doorbell.</returns>
    public bool PublishRx(ulong nowNs)
    {
        for (uint index = _publishedRx; index != NextRx; index++)
            _descriptors[index & (_rxLength - 1)].PostedNs = nowNs;
        _received.AddTo(Rings, HostCounter.RxFrames, HostCounter.RxBytes);
        uint count = PendingRx;
        _publishedRx = NextRx;
        bool isAsked = Rings.Rx.Publish(count);
        _ledger->RxTail = NextRx;
        return isAsked;
    }

    /// <summary>Takes back what the oldest outstanding RX descriptor pointed at.</summary>
    /// <returns>The frame's sender; null when it carried no frame, or its sender is gone.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Port? ReclaimNext()
    {
        ref readonly var holding = ref _holdings[ReclaimedRx++ & (uint)(_holdings.Length - 1)];
        if (holding.Kind == HoldingKind.Nothing)
            return null;
        if (holding.Kind == HoldingKind.Reference)
            DropHeldReference(in holding);
        else if (holding.Kind != HoldingKind.HeldByNext)
        {
            ReturnPoolSlot((ushort)holding.Slot);
            if (holding.Kind == HoldingKind.Message)
                return null;
        }
        var sender = Peers[holding.Sender];
        if (sender?.Generation != holding.Generation)
            return null; // it has gone, and what was counted of it, too
        sender._shares[Id].Frames--;
        return sender;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DropHeldReference(in Holding holding)
    {
        var sender = Peers[holding.Sender]!; // it stays there while its slots are held
        sender.DropReference(holding.Slot);
        sender._shares[Id].Slots--;
        HeldReferences--;
    }

    private void Hold(Holding holding)
    {
        _holdings[NextRx & (uint)(_holdings.Length - 1)] = holding;
        NextRx++;
    }

    private int Wrap(uint slot) => (int)(slot & (uint)(_references.Length - 1));

    private enum HoldingKind : byte
    {
        Nothing,
        Reference,
        Copy,
        HeldByNext,
        Message,
    }

    /// <summary>What a receiver has of a sender and did not give back.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Share
    {
        /// <summary>Frames that lie in the sender's slots.</summary>
        public int Slots;

        /// <summary>Frames, wherever they lie.</summary>
        public uint Frames;
    }

    /// <summary>What one RX descriptor points at; without object references, so that writing one is a plain store.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Holding(uint Slot, ushort Offset, ushort Length, ushort Sender, HoldingKind Kind, uint Generation);
}
