using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>A VM of another host as the engine has it: a port with that VM's name and radios, whose guest's side is the trunk.</summary>
/// <remarks>What the medium lets its radios receive lies in its RX ring, and goes to their host; what its radios sent is put into its TX ring with
/// the receptions that their host decided on.</remarks>
internal sealed unsafe class RemoteVm : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(5); // for the engine, when the TX ring is full

    private readonly MediumEngine _engine;
    private readonly IMediumLog _log;
    private readonly PeerIds _peerIds;
    private readonly ushort _peerId;
    private readonly RegionLease _lease;
    private readonly EventFd _kick = new();
    private readonly Port _port;
    private readonly GuestPort _guest;
    private readonly int[] _ids = new int[Abi.MaxRadios]; // their host's, by number

    private RemoteVm(MediumEngine engine, IMediumLog log, PeerIds peerIds, ushort peerId, RegionLease lease, VmEntry entry, EventFd call)
    {
        (_engine, _log, _peerIds, _peerId, _lease, Entry) = (engine, log, peerIds, peerId, lease, entry with { Radios = [] });
        var offer = new PortOffer
        {
            Name = entry.Name,
            Kind = PortKind.Trunk,
            PeerId = peerId,
            Addresses = new AddressPolicy(entry.PeerId, peerIds, [], MaySpoof: false),
            Region = lease,
            Call = call,
            Kick = _kick,
        };
        try
        {
            _port = engine.AttachAsync(offer).GetAwaiter().GetResult() ?? throw new IOException(lease.AllPortsTaken);
        }
        catch
        {
            _kick.Dispose();
            throw;
        }
        _guest = lease.Region.OpenGuestPort(_port.Rings.Index);
        _guest.SetReady(RegionFeatures.None);
    }

    /// <summary>As its host described it last.</summary>
    public VmEntry Entry { get; private set; }

    /// <summary>Gives it a port.</summary>
    /// <param name="call">The engine signals it when the VM's radios receive.</param>
    /// <exception cref="IOException">There is none, or no memory for it.</exception>
    public static RemoteVm Attach(MediumEngine engine, IMediumLog log, RegionSource regions, PeerIds peerIds, VmEntry entry, EventFd call)
    {
        if (!peerIds.TryTake(own: 0, out ushort peerId))
            throw new IOException(PeerIds.AllTaken);
        RegionLease? lease = null;
        try
        {
            lease = regions.Lease(entry.Name);
            return new RemoteVm(engine, log, peerIds, peerId, lease, entry, call);
        }
        catch
        {
            lease?.Dispose();
            peerIds.Return(peerId);
            throw;
        }
    }

    /// <summary>Its radios are as its host describes them from now on.</summary>
    public void Update(VmEntry entry)
    {
        if (entry.Radios.AsSpan().SequenceEqual(Entry.Radios, RadioComparer.Instance))
            return;
        _ = _engine.PostAsync(() =>
        {
            for (ushort number = 0; number < Abi.MaxRadios; number++)
                Update(number, Array.Find(entry.Radios, r => r.Number == number));
            return true;
        }).GetAwaiter().GetResult();
        Entry = entry;
    }

    /// <summary>A radio of it sent a frame.</summary>
    /// <param name="number">The radio.</param>
    /// <param name="capturedNs">This host's clock; 0: not known.</param>
    /// <returns>False: the engine did not take the frames before in time.</returns>
    public bool TrySend(ushort number, in FrameRecord record, ulong capturedNs)
    {
        uint length = (uint)record.Frame.Length;
        for (int done = 0; done < record.Receptions;)
        {
            if (!_guest.Tx.HasFree(1) && !WaitForRoom())
                return false;
            int count = Math.Min((int)DecidedMedium.RoomFor(length), record.Receptions - done);
            var slot = _guest.TxSlot(_guest.Tx.Tail);
            *slot = new TxSlotHeader
            {
                Kind = RingKind.Frame,
                Flags = (byte)TxFlags.NoAck, // its host has told it already
                Radio = number,
                Length = length,
                Offset = Abi.SlotHeaderSize,
                FreqMhz = record.FreqMhz,
                Cookie = (ulong)count,
                CapturedNs = capturedNs,
            };
            slot->Rates[0] = record.Reception(done).RateIndex; // for captures: a chain of the one attempt that was received
            slot->Rates[1] = 1;
            slot->Rates[2] = 0xff;
            byte* payload = (byte*)slot + Abi.SlotHeaderSize;
            record.Frame.CopyTo(new Span<byte>(payload, (int)length));
            var receptions = (DecidedReception*)(payload + DecidedMedium.OffsetOfReceptions(length));
            for (int i = 0; i < count; i++)
                receptions[i] = record.Reception(done + i);
            done += count;
            Publish();
        }
        return true;
    }

    /// <summary>Takes what its radios received, whether it can be sent or not: they are on the medium until their host's grace is over, and a
    /// station whose frames nobody acknowledges leaves its network within two seconds (mac80211: ieee80211_mgd_probe_ap).</summary>
    /// <param name="send">Gets each frame; false: it will not come to its host.</param>
    /// <returns>Whether there was anything.</returns>
    public bool Drain(FrameSender send)
    {
        uint ready = Math.Min(_guest.Rx.CountReady(), 64);
        if (ready == 0)
            return false;
        ulong before = 0;
        for (uint i = 0; i < ready; i++)
        {
            uint index = _guest.Rx.Taken + i;
            var descriptor = _guest.ReadDescriptor(index);
            if (descriptor.Kind != RingKind.Frame || !_guest.IsPooled(descriptor.Offset, descriptor.Length))
                continue;
            var frame = new ReadOnlySpan<byte>(_lease.Region.Address + descriptor.Offset, (int)descriptor.Length);
            var reception = new DecidedReception(_ids[descriptor.Radio], descriptor.SignalDbm, descriptor.RateIndex);
            bool isSent = send(frame, in descriptor, in reception, isSame: before == descriptor.Offset);
            _guest.SetInjected(index, (ulong)MonotonicClock.NowNs);
            before = isSent ? descriptor.Offset : 0;
        }
        _guest.Rx.Take(ready);
        if (_guest.Rx.Release(ready))
            _kick.Signal();
        return true;
    }

    /// <summary>Asks for a signal of the next frame.</summary>
    /// <returns>False: there is one.</returns>
    public bool TryArm() => _guest.Rx.Arm();

    /// <summary>It leaves the medium.</summary>
    public void Dispose()
    {
        _engine.DetachAsync(_port).GetAwaiter().GetResult();
        _kick.Dispose();
        _lease.Dispose();
        _peerIds.Return(_peerId);
    }

    /// <summary>Waits for the engine; one that serves the port no more is not waited for.</summary>
    private bool WaitForRoom() =>
        _guest.State == PortState.Attached && SpinWait.SpinUntil(() => _guest.Tx.HasFree(1), s_patience);

    private void Publish()
    {
        if (_guest.Tx.Publish(1))
            _kick.Signal();
    }

    private void Update(ushort number, RadioEntry? entry)
    {
        var radios = _engine.Radios;
        var radio = _port.Radios[number];
        if (radio is not null && entry?.Id != _ids[number])
        {
            radios.Remove(radio);
            _log.RadioGone(radio);
            radio = null;
        }
        if (entry is null)
            return;
        bool isNew = radio is null;
        radio = radios.AddOrGet(_port, number, MacAddress.Parse(entry.Identity), entry.Name);
        if (radio is null)
            return; // it changed its identity more often than any honest one
        _ids[number] = entry.Id;
        foreach (var address in radio.Claims.Except(entry.ParsedAddresses))
            radios.RemoveAddress(radio, address);
        foreach (var address in entry.ParsedAddresses)
        {
            if (radios.AddAddress(radio, address) is not AddressClaim.Granted and var claim)
                _log.AddressRefused(radio, address, claim);
        }
        radios.Tune(radio, entry.FreqMhz);
        radios.SetSpacing(radio, ChannelSpacings.FromMhz(entry.SpacingMhz) ?? default);
        if (entry.TxPowerDbm is { } dbm)
            radios.SetTxPower(radio, dbm);
        radio.Flags = entry.IsMonitor ? RadioFlags.Monitor : RadioFlags.None;
        radios.SetMonitor(radio, entry.IsMonitor);
        if (isNew)
            _log.RadioAdded(radio);
    }

    private sealed class RadioComparer : IEqualityComparer<RadioEntry>
    {
        public static RadioComparer Instance { get; } = new();

        public bool Equals(RadioEntry? x, RadioEntry? y) => x is not null && y is not null
            && x.Addresses.SequenceEqual(y.Addresses, StringComparer.Ordinal) && x == y with { Addresses = x.Addresses };

        public int GetHashCode(RadioEntry radio) => radio.Id;
    }
}

/// <summary>Sends a frame to the host of a radio that received it.</summary>
/// <param name="isSame">It is the frame before, which another radio of the VM receives, too.</param>
/// <returns>False: it cannot.</returns>
internal delegate bool FrameSender(ReadOnlySpan<byte> frame, in RxDescriptor descriptor, in DecidedReception reception, bool isSame);
