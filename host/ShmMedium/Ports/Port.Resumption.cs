using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports;

// A port that another engine has served: what it knew in private memory is found again in the rings.
internal sealed unsafe partial class Port
{
    private uint _resumedAt; // TX index

    /// <summary>Takes the rings' words over: they must be what that engine and the guest can have written. All ports do, then each calls
    /// <see cref="ResumeHoldings"/>.</summary>
    public void ResumeRings()
    {
        ReclaimedRx = NextRx; // until it is known what the guest has
        _resumedAt = _ledger->TxTaken;
        if (_ledger->Fault != PortFault.None)
            BreakOff(_ledger->Fault);
        else if (!Rings.Tx.Resume(_ledger->TxTaken))
            BreakOff(PortFault.TxTail);
        else if (Rings.Rx.IsBroken || NextRx - _ledger->RxTail > _rxLength)
            BreakOff(PortFault.RxHead);
    }

    /// <summary>Finds again what the guest has and did not give back: senders' slots, and slots of its pool.</summary>
    /// <remarks>The descriptors are an adversary's. What they name is held if it can be; one that lies in a shared region frees a slot too early,
    /// as it might have written to that slot.</remarks>
    public void ResumeHoldings()
    {
        if (IsFaulted)
            return;
        ReclaimedRx = Rings.Rx.Head;
        uint?[] holder = new uint?[PoolLength]; // of a pool slot: the latest descriptor that points to it
        for (uint index = ReclaimedRx; index != NextRx; index++)
        {
            var descriptor = *Rings.Descriptor(index);
            ref var holding = ref _holdings[index & (uint)(_holdings.Length - 1)];
            holding = default;
            if (descriptor.Kind is not (RingKind.Frame or RingKind.PmsrResult))
                continue;
            if (PoolSlotAt(descriptor.Offset) is { } poolSlot)
            {
                if (holder[poolSlot] is { } before)
                    _holdings[before & (uint)(_holdings.Length - 1)] = new Holding(0, 0, 0, 0, HoldingKind.HeldByNext, 0);
                holder[poolSlot] = index;
                holding = new Holding(poolSlot, 0, 0, 0, HoldingKind.Message, 0);
            }
            else if (descriptor.Kind == RingKind.Frame && FindSender(descriptor.Offset, out uint slot, out ushort offset) is { } sender)
            {
                sender.AddReference(slot);
                ref var share = ref sender._shares[Id];
                share.Slots++;
                share.Frames++;
                HeldReferences++;
                ushort length = (ushort)Math.Min(descriptor.Length, (uint)(Abi.SlotSize - offset));
                holding = new Holding(slot, offset, length, (ushort)sender.Id, HoldingKind.Reference, sender.Generation);
            }
        }
        _freePoolCount = 0;
        for (int slot = 0; slot < holder.Length; slot++)
        {
            if (holder[slot] is null)
                _freePool[_freePoolCount++] = (ushort)slot;
        }
    }

    /// <summary>Sets the Retry bit of frames that the engine before may have sent and not settled: receivers drop what they had already.</summary>
    /// <param name="batch">As many at most.</param>
    /// <remarks>Source: IEEE 802.11-2020 clause 10.3.2.14; group-addressed frames are not repeated there, nor dropped.</remarks>
    public void MarkUnsettled(uint batch)
    {
        if (IsFaulted)
            return;
        uint count = Math.Min(Rings.Tx.CountReady(), batch);
        for (uint i = 0; i < count; i++)
        {
            var slot = Rings.TxSlot(Rings.Tx.Taken + i);
            var header = *slot;
            if (header.Kind != RingKind.Frame || header.Length < FrameView.Addr2Offset + MacAddress.Length
                || !header.IsPayloadInSlot(Abi.SlotPayloadSize))
            {
                continue;
            }
            byte* frame = (byte*)slot + header.Offset;
            if ((frame[FrameView.Addr1Offset] & 1) == 0)
                frame[1] |= FrameControl.RetryFlag;
        }
    }

    /// <summary>Whether the engine before has taken, and published what became of, the frame of a TX slot: it is not taken again.</summary>
    public bool WasTakenBefore(uint slot) => (int)(slot - _resumedAt) < 0;

    /// <summary>Tells the guest that another engine serves it, once all frames that still get a status have got it, or half a ring later:
    /// it cannot tell which of the frames before have been taken over.</summary>
    /// <param name="announces">Whether it has to announce its radios again.</param>
    /// <returns>False: not yet, or its ring has no room now.</returns>
    public bool TryTellOfResumption(bool announces)
    {
        if (IsFaulted || IsRetired)
            return true;
        var kinds = announces ? (ReadOnlySpan<RingKind>)[RingKind.EngineChanged, RingKind.Announce] : [RingKind.EngineChanged];
        bool waits = InheritedFrames != 0 && Rings.Tx.Taken - _resumedAt < HoldLimit;
        if (waits || OutstandingRx + kinds.Length > _rxLength)
            return false;
        foreach (var kind in kinds)
        {
            *NextDescriptor = new RxDescriptor { Kind = kind, Cookie = _resumedAt, SourcePort = (ushort)Id };
            CommitMessage();
        }
        if (PublishRx((ulong)MonotonicClock.NowNs))
            RingDoorbell();
        return true;
    }

    private ushort? PoolSlotAt(ulong offset)
    {
        ulong pool = Rings.OffsetOf(Rings.PoolSlot(0));
        return offset >= pool && (offset - pool) / Abi.SlotSize is var slot && slot < (ulong)PoolLength ? (ushort)slot : null;
    }

    /// <summary>Whose TX slot lies at an offset of the region, if it is held.</summary>
    private Port? FindSender(ulong regionOffset, out uint slot, out ushort offset)
    {
        (slot, offset) = (0, 0);
        var geometry = Rings.Region.Geometry;
        ulong inPorts = regionOffset - RegionGeometry.PortsOffset;
        ulong place = inPorts / geometry.PortStride;
        ulong inTx = (inPorts % geometry.PortStride) - RegionGeometry.TxOffset; // wraps in a port's header
        if (regionOffset < RegionGeometry.PortsOffset || place >= geometry.Ports || inTx >= (ulong)geometry.TxSlots * Abi.SlotSize)
            return null;
        var sender = geometry.Ports == 1 ? this : Peers[place];
        if (sender is null || sender.IsFaulted)
            return null;
        uint head = sender.Rings.Tx.Head;
        slot = head + (((uint)(inTx / Abi.SlotSize) - head) & (geometry.TxSlots - 1));
        offset = (ushort)(inTx % Abi.SlotSize);
        return slot - head < sender.Rings.Tx.Held ? sender : null;
    }
}
