using System.Runtime.CompilerServices;
using System.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>What a guest took from its RX ring.</summary>
/// <param name="Payload">A copy of the frame.</param>
internal readonly record struct Received(RxDescriptor Descriptor, byte[] Payload);

/// <summary>A guest without QEMU and kernel: its end of the real rings, attached to a daemon's socket or straight to a region.</summary>
/// <remarks>
/// One thread uses it, as one service would. Measurements are made with <see cref="Claim"/>, <see cref="Flush"/>, <see cref="Release"/>,
/// <see cref="Discard"/> and <see cref="Sleep"/>, which allocate nothing; tests say what they want with the rest, each call of which is complete.
/// </remarks>
internal sealed unsafe partial class SimulatedGuest : IDisposable
{
    private const ulong SyncCookie = 0x5359_4e43_0000_0000;
    private readonly IvshmemClient? _client;
    private readonly Region? _region;
    private readonly GuestPort? _port;
    private uint _claimed;
    private ulong _syncs;

    /// <summary>On a region whose host neither sleeps nor rings.</summary>
    public SimulatedGuest(Region region, int port)
    {
        _region = region;
        _port = region.OpenGuestPort(port);
    }

    /// <summary>Behind a daemon.</summary>
    /// <param name="client">Connected; disposed with this.</param>
    public SimulatedGuest(IvshmemClient client)
    {
        _client = client;
        if (client.IsRefused)
            return;
        _region = Region.Open(client.Memory.Address, client.Memory.Size);
        _port = _region.OpenGuestPort(_region.FindPort(client.PeerId));
    }

    /// <summary>What stands in for its QEMU.</summary>
    public IvshmemClient Client => _client ?? throw new InvalidOperationException("there is no daemon");

    /// <summary>Its ivshmem peer ID.</summary>
    public uint PeerId => Client.PeerId;

    /// <summary>BAR2.</summary>
    public SharedMemory Memory => Client.Memory;

    /// <summary>Whether it got a blank region.</summary>
    public bool IsRefused => Client.IsRefused;

    /// <summary>Its region.</summary>
    public Region Region => _region ?? throw WasRefused();

    /// <summary>Its port.</summary>
    public GuestPort Port => _port ?? throw WasRefused();

    /// <summary>The port's header, to write what no honest guest writes.</summary>
    public PortHeader* Header => (PortHeader*)(Region.Address + RegionGeometry.PortsOffset + ((ulong)Port.Index * Region.Geometry.PortStride));

    /// <summary>Attaches to a daemon; see <see cref="IsRefused"/>.</summary>
    public static SimulatedGuest Connect(string socket) => new(new IvshmemClient(socket));

    /// <summary>The next free TX slot, to be filled; null: the ring is full. It is sent by <see cref="Flush"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TxSlotHeader* Claim()
    {
        var port = Port;
        return port.Tx.HasFree(_claimed + 1) ? port.TxSlot(port.Tx.Tail + _claimed++) : null;
    }

    /// <summary>Sends what was claimed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush()
    {
        if (_claimed == 0)
            return;
        uint count = _claimed;
        _claimed = 0;
        if (Port.Tx.Publish(count))
            Ring();
    }

    /// <summary>Gives the oldest taken descriptors back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(uint count)
    {
        if (count != 0 && Port.Rx.Release(count))
            Ring();
    }

    /// <summary>Takes all that came and gives it back, unread.</summary>
    public uint Discard()
    {
        uint ready = Port.Rx.CountReady();
        if (ready == 0)
            return 0;
        Port.Rx.Take(ready);
        Release(ready);
        return ready;
    }

    /// <summary>Sleeps until something comes, and the host rings.</summary>
    /// <param name="timeoutMs">How long at most; -1: forever.</param>
    /// <returns>False: it did not ring.</returns>
    public bool Sleep(int timeoutMs) => !Port.Rx.Arm() || Client.Call.Wait(timeoutMs);

    /// <summary>The guest's doorbell: QEMU signals the eventfd.</summary>
    public void Ring()
    {
        Port.Count(GuestCounter.Doorbells);
        _client?.Kick.Ring();
    }

    /// <summary>Interrupts that wait, and takes them.</summary>
    public ulong TakeInterrupts() => Client.Call.Take();

    /// <summary>QEMU dies: the kernel closes its connection. The mapping stays, for tests to look at what happens then.</summary>
    public void Kill() => Client.Kill();

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    /// <summary>Says that its service starts.</summary>
    public void Hello(RegionFeatures features = RegionFeatures.None)
    {
        Port.SetReady(features);
        Send(RingKind.Hello, 0);
    }

    /// <summary>Announces a radio and the address that it answers to.</summary>
    public void AddRadio(ushort radio, MacAddress address, RadioFlags flags = RadioFlags.None)
    {
        AnnounceRadio(radio, address, $"phy{radio}", flags);
        AddAddress(radio, address);
    }

    /// <summary>Announces a radio that answers to no address yet.</summary>
    public void AnnounceRadio(ushort radio, MacAddress identity, string name, RadioFlags flags = RadioFlags.None) =>
        Send(RingKind.RadioAdd, radio, identity, (byte)flags, Encoding.UTF8.GetBytes(name));

    /// <summary>A radio goes.</summary>
    public void RemoveRadio(ushort radio) => Send(RingKind.RadioDel, radio);

    /// <summary>A radio answers to an address.</summary>
    public void AddAddress(ushort radio, MacAddress address) => Send(RingKind.AddressAdd, radio, address);

    /// <summary>A radio answers to an address no more.</summary>
    public void RemoveAddress(ushort radio, MacAddress address) => Send(RingKind.AddressDel, radio, address);

    /// <summary>Sends a frame; waits for room.</summary>
    public void SendFrame(ushort radio, ReadOnlySpan<byte> frame, TxFlags flags = TxFlags.RequestStatus, ulong cookie = 0, uint freqMhz = 2412)
    {
        while (!TrySendFrame(radio, frame, flags, cookie, freqMhz))
            WaitForTxSlot();
    }

    /// <summary>Sends frames together at one rate, seven attempts; waits for room.</summary>
    public void SendFrames(
        ushort radio, IEnumerable<byte[]> frames, in PhyRate rate, uint freqMhz, TxFlags flags = TxFlags.RequestStatus,
        TxRateFlags protection = TxRateFlags.None)
    {
        foreach (byte[] frame in frames)
        {
            var slot = ClaimOrWait();
            Fill(slot, RingKind.Frame, radio, frame);
            slot->Flags = (byte)flags;
            slot->FreqMhz = freqMhz;
            RetryChain.Of(rate, attempts: 7, protection, Band.Ghz5)
                .Write(new Span<byte>(slot->Rates, TxRates.Size), new Span<byte>(slot->RateFlags, RetryChain.FlagsSize));
        }
        Flush();
    }

    /// <summary>Sends a frame, three attempts at rate 4, if there is room.</summary>
    public bool TrySendFrame(ushort radio, ReadOnlySpan<byte> frame, TxFlags flags = TxFlags.RequestStatus, ulong cookie = 0, uint freqMhz = 2412)
    {
        var slot = Claim();
        if (slot is null)
            return false;
        Fill(slot, RingKind.Frame, radio, frame);
        slot->Flags = (byte)flags;
        slot->Cookie = cookie;
        slot->FreqMhz = freqMhz;
        slot->Rates[0] = 4;
        slot->Rates[1] = 3;
        slot->Rates[2] = 0xff;
        Flush();
        return true;
    }

    /// <summary>Says where a radio listens.</summary>
    /// <param name="freqMhz">0: nowhere; null: the guest cannot tell.</param>
    public void Tune(ushort radio, uint? freqMhz) => SendSlot(new TxSlotHeader
    {
        Kind = RingKind.RadioChannel,
        Radio = radio,
        Flags = (byte)(freqMhz is null ? ChannelFlags.Unknown : ChannelFlags.None),
        FreqMhz = freqMhz ?? 0,
        Offset = Abi.SlotHeaderSize,
    });

    /// <summary>Says with what power a radio sends.</summary>
    public void SetTxPower(ushort radio, sbyte dbm) => SendSlot(new TxSlotHeader
    {
        Kind = RingKind.RadioTxPower,
        Radio = radio,
        TxPowerDbm = dbm,
        Offset = Abi.SlotHeaderSize,
    });

    /// <summary>Says how far apart a radio's channels are.</summary>
    public void SetSpacing(ushort radio, int mhz) => SendSlot(new TxSlotHeader
    {
        Kind = RingKind.RadioSpacing,
        Radio = radio,
        SpacingMhz = (byte)mhz,
        Offset = Abi.SlotHeaderSize,
    });

    /// <summary>Asks what a radio measures of peers.</summary>
    /// <param name="request">The value of hwsim's PMSR_REQUEST.</param>
    public void Measure(ushort radio, ReadOnlySpan<byte> request, ulong cookie = 0) =>
        Send(RingKind.PmsrRequest, radio, payload: request, cookie: cookie);

    /// <summary>Sends any slot at all; waits for room.</summary>
    public void SendSlot(TxSlotHeader header)
    {
        *ClaimOrWait() = header;
        Flush();
    }

    /// <summary>Sends a message that is no frame; waits for room.</summary>
    public void Send(RingKind kind, ushort radio, MacAddress address = default, byte flags = 0, ReadOnlySpan<byte> payload = default,
        ulong cookie = 0)
    {
        Prepare(kind, radio, address, flags, payload, cookie);
        Flush();
    }

    /// <summary>Has a message that is no frame go together with the next that is sent; waits for room.</summary>
    public void Prepare(RingKind kind, ushort radio, MacAddress address = default, byte flags = 0, ReadOnlySpan<byte> payload = default,
        ulong cookie = 0)
    {
        var slot = ClaimOrWait();
        Fill(slot, kind, radio, payload);
        slot->Flags = flags;
        slot->Cookie = cookie;
        address.CopyTo(new Span<byte>(slot->Address, MacAddress.Length));
    }

    /// <summary>Waits for room in the TX ring, asleep.</summary>
    public void WaitForTxSlot()
    {
        while (!Port.Tx.HasFree(1))
            AwaitDoorbell(Port.Tx.ArmFree(), "room in the TX ring");
    }

    /// <summary>Takes a descriptor without giving it back: its payload stays where it is until <see cref="Release"/>.</summary>
    public bool TryTake(out RxDescriptor descriptor)
    {
        descriptor = default;
        if (Port.Rx.CountReady() == 0)
            return false;
        descriptor = Port.ReadDescriptor(Port.Rx.Taken);
        Port.Rx.Take(1);
        return true;
    }

    /// <summary>Where a descriptor's payload lies.</summary>
    public ReadOnlySpan<byte> PayloadOf(in RxDescriptor descriptor)
    {
        if (descriptor.Kind is not (RingKind.Frame or RingKind.PmsrResult) || descriptor is { Kind: RingKind.PmsrResult, Length: 0 })
            return default;
        return Region.Contains(descriptor.Offset, descriptor.Length)
            ? new ReadOnlySpan<byte>(Region.Address + descriptor.Offset, (int)descriptor.Length)
            : throw new LabException($"a payload of {descriptor.Length} bytes at {descriptor.Offset} does not lie in the region");
    }

    /// <summary>Takes, copies and gives back a descriptor that waits.</summary>
    public bool TryReceive(out Received received)
    {
        received = default;
        if (!TryTake(out var descriptor))
            return false;
        received = new Received(descriptor, PayloadOf(in descriptor).ToArray());
        Port.SetInjected(Port.Rx.Taken - 1, (ulong)MonotonicClock.NowNs);
        Release(1);
        return true;
    }

    /// <summary>Takes and gives back a descriptor that waits: the guest's kernel would not have its frame.</summary>
    public bool TryRefuse(out RxDescriptor descriptor)
    {
        if (!TryTake(out descriptor))
            return false;
        Port.SetRefused(Port.Rx.Taken - 1);
        Release(1);
        return true;
    }

    /// <summary>Waits for a descriptor, asleep: only a doorbell wakes it.</summary>
    public Received Receive()
    {
        Received received;
        while (!TryReceive(out received))
            AwaitDoorbell(Port.Rx.Arm(), "a descriptor");
        return received;
    }

    /// <summary>All that was meant for this guest so far: what arrives before the answer to a clock exchange.</summary>
    /// <remarks>What it sent before has been processed, too.</remarks>
    public IReadOnlyList<Received> Drain()
    {
        ulong cookie = SyncCookie + ++_syncs;
        List<Received> all = [];
        Send(RingKind.ClockSync, 0, cookie: cookie);
        while (true)
        {
            var received = Receive();
            if (received.Descriptor.Kind == RingKind.ClockSync && received.Descriptor.Cookie == cookie)
                return all;
            all.Add(received);
        }
    }

    private static void Fill(TxSlotHeader* slot, RingKind kind, ushort radio, ReadOnlySpan<byte> payload)
    {
        *slot = new TxSlotHeader { Kind = kind, Radio = radio, Length = (uint)payload.Length, Offset = Abi.SlotHeaderSize };
        payload.CopyTo(new Span<byte>((byte*)slot + Abi.SlotHeaderSize, Abi.SlotPayloadSize));
    }

    private static InvalidOperationException WasRefused() => new("the VM was refused");

    private TxSlotHeader* ClaimOrWait()
    {
        WaitForTxSlot();
        return Claim();
    }

    private void AwaitDoorbell(bool isArmed, string what)
    {
        if (Port.State != PortState.Attached)
            throw new LabException($"port {Port.State} ({Port.Fault}) while the guest waits for {what}");
        if (!isArmed)
            return;
        if (!Client.Call.Wait(Deadline.LimitMs))
            throw new LabException($"no doorbell came while the guest waited for {what}");
        _ = TakeInterrupts();
    }
}
