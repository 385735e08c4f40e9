using System.Text;
using Microsoft.Win32.SafeHandles;
using ShmWifi.Dot11;
using ShmWifi.Linux;
using ShmWifi.Medium.Ivshmem;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Tests.Medium;

/// <summary>What a VM took from its RX ring.</summary>
/// <param name="Descriptor">As it was.</param>
/// <param name="Payload">A copy of the frame.</param>
public readonly record struct Received(RxDescriptor Descriptor, byte[] Payload);

/// <summary>A VM without QEMU: the real handshake over the real socket, the real region, the guest's end of the real rings.</summary>
/// <remarks>One thread uses it, as one service would.</remarks>
public sealed unsafe class FakeVm : IDisposable
{
    /// <summary>Bound of every wait: far beyond what anything takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const ulong SyncCookie = 0x5359_4e43_0000_0000;
    private readonly int _connection;
    private readonly int _daemonEvent;
    private readonly int _ownEvent;
    private readonly GuestPort? _port;
    private ulong _syncs;
    private bool _isKilled;

    private FakeVm(int connection)
    {
        _connection = connection;
        Assert.That(ReadMessage(out _), Is.Zero, "the server's protocol version");
        PeerId = (uint)ReadMessage(out _);
        Assert.That(ReadMessage(out int region), Is.EqualTo(-1), "the message that brings the region");
        Assert.That(ReadMessage(out _daemonEvent), Is.EqualTo(Handshake.DaemonPeerId), "the daemon is the only peer");
        Assert.That(ReadMessage(out _ownEvent), Is.EqualTo(PeerId), "then comes our own interrupt");
        using (var handle = new SafeFileHandle(region, ownsHandle: false))
            Memory = SharedMemory.Map(region, (ulong)RandomAccess.GetLength(handle), offset: 0, ownsDescriptor: true);
        if (IsRefused)
            return;
        Region = Region.Open(Memory.Address, Memory.Size);
        _port = Region.OpenGuestPort(Region.FindPort(PeerId));
    }

    /// <summary>Its ivshmem peer ID.</summary>
    public uint PeerId { get; }

    /// <summary>BAR2.</summary>
    public SharedMemory Memory { get; }

    /// <summary>Whether it got a blank region.</summary>
    public bool IsRefused => *(ulong*)Memory.Address == 0;

    /// <summary>Its region.</summary>
    public Region? Region { get; }

    /// <summary>Its port.</summary>
    public GuestPort Port => _port ?? throw new InvalidOperationException("the VM was refused");

    /// <summary>The port's header, to write what no honest guest writes.</summary>
    public PortHeader* Header => (PortHeader*)(Memory.Address + RegionGeometry.PortsOffset + ((ulong)Port.Index * Region!.Geometry.PortStride));

    /// <summary>Connects, as QEMU does when it starts.</summary>
    /// <param name="path">A socket of the daemon.</param>
    public static FakeVm Connect(string path)
    {
        sockaddr_un address = UnixAddress.Of(path);
        int connection = LibCException.ThrowIfFailed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(connect(connection, &address, (uint)sizeof(sockaddr_un)), $"connect to {path}");
        return new FakeVm(connection);
    }

    /// <summary>Says that its service starts.</summary>
    /// <param name="features">What it says of itself.</param>
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

    public void AnnounceRadio(ushort radio, MacAddress identity, string name, RadioFlags flags = RadioFlags.None) =>
        Send(RingKind.RadioAdd, radio, identity, (byte)flags, Encoding.UTF8.GetBytes(name));

    public void RemoveRadio(ushort radio) => Send(RingKind.RadioDel, radio);

    public void AddAddress(ushort radio, MacAddress address) => Send(RingKind.AddressAdd, radio, address);

    public void RemoveAddress(ushort radio, MacAddress address) => Send(RingKind.AddressDel, radio, address);

    /// <summary>Sends a frame; waits for room.</summary>
    public void SendFrame(ushort radio, ReadOnlySpan<byte> frame, TxFlags flags = TxFlags.RequestStatus, ulong cookie = 0, uint freqMhz = 2412)
    {
        WaitForTxSlot();
        Assert.That(TrySendFrame(radio, frame, flags, cookie, freqMhz), Is.True);
    }

    /// <summary>Sends a frame if there is room.</summary>
    public bool TrySendFrame(ushort radio, ReadOnlySpan<byte> frame, TxFlags flags = TxFlags.RequestStatus, ulong cookie = 0, uint freqMhz = 2412)
    {
        if (!Port.Tx.HasFree(1))
            return false;
        TxSlotHeader* slot = Fill(RingKind.Frame, radio, frame);
        slot->Flags = (byte)flags;
        slot->Cookie = cookie;
        slot->FreqMhz = freqMhz;
        slot->Rates[0] = 4;
        slot->Rates[1] = 3;
        slot->Rates[2] = 0xff;
        Publish();
        return true;
    }

    /// <summary>Publishes any slot at all.</summary>
    public void SendSlot(TxSlotHeader header)
    {
        WaitForTxSlot();
        *Port.TxSlot(Port.Tx.Tail) = header;
        Publish();
    }

    /// <summary>Publishes a message without a frame.</summary>
    public void Send(RingKind kind, ushort radio, MacAddress address = default, byte flags = 0, ReadOnlySpan<byte> payload = default, ulong cookie = 0)
    {
        WaitForTxSlot();
        TxSlotHeader* slot = Fill(kind, radio, payload);
        slot->Flags = flags;
        slot->Cookie = cookie;
        address.CopyTo(new Span<byte>(slot->Address, MacAddress.Length));
        Publish();
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
        if (descriptor.Kind != RingKind.Frame)
            return default;
        Assert.That(Region!.Contains(descriptor.Offset, descriptor.Length), Is.True, "a payload lies in the region");
        return new ReadOnlySpan<byte>(Memory.Address + descriptor.Offset, (int)descriptor.Length);
    }

    /// <summary>Gives the oldest taken descriptors back.</summary>
    public void Release(uint count)
    {
        if (count != 0 && Port.Rx.Release(count))
            Ring();
    }

    /// <summary>Takes, copies and gives back a descriptor that waits.</summary>
    public bool TryReceive(out Received received)
    {
        received = default;
        if (!TryTake(out RxDescriptor descriptor))
            return false;
        received = new Received(descriptor, PayloadOf(in descriptor).ToArray());
        Port.SetInjected(Port.Rx.Taken - 1, (ulong)MonotonicClock.NowNs);
        Release(1);
        return true;
    }

    /// <summary>Waits for a descriptor, asleep: only a doorbell wakes it.</summary>
    public Received Receive()
    {
        Received received;
        while (!TryReceive(out received))
            Sleep(Port.Rx.Arm(), "a descriptor");
        return received;
    }

    /// <summary>All that was meant for this VM so far: what arrives before the answer to a clock exchange.</summary>
    /// <remarks>What it sent before has been dealt with, too.</remarks>
    public IReadOnlyList<Received> Drain()
    {
        ulong cookie = SyncCookie + ++_syncs;
        List<Received> all = [];
        Send(RingKind.ClockSync, 0, cookie: cookie);
        while (true)
        {
            Received received = Receive();
            if (received.Descriptor.Kind == RingKind.ClockSync && received.Descriptor.Cookie == cookie)
                return all;
            all.Add(received);
        }
    }

    /// <summary>Waits for room in the TX ring, asleep.</summary>
    public void WaitForTxSlot()
    {
        while (!Port.Tx.HasFree(1))
            Sleep(Port.Tx.ArmFree(), "room in the TX ring");
    }

    /// <summary>The guest's doorbell: QEMU signals the eventfd.</summary>
    public void Ring()
    {
        ulong one = 1;
        Assert.That(write(_daemonEvent, &one, sizeof(ulong)), Is.EqualTo((nint)sizeof(ulong)));
    }

    /// <summary>Interrupts that wait, and takes them.</summary>
    public ulong TakeInterrupts()
    {
        ulong count = 0;
        return read(_ownEvent, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }

    /// <summary>QEMU dies: the kernel closes its connection. The mapping stays, for tests to look at what happens then.</summary>
    public void Kill()
    {
        if (!_isKilled)
            _ = close(_connection);
        _isKilled = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        if (Memory.IsDisposed)
            return;
        Memory.Dispose();
        _ = close(_daemonEvent);
        _ = close(_ownEvent);
    }

    private TxSlotHeader* Fill(RingKind kind, ushort radio, ReadOnlySpan<byte> payload)
    {
        TxSlotHeader* slot = Port.TxSlot(Port.Tx.Tail);
        *slot = new TxSlotHeader { Kind = kind, Radio = radio, Length = (uint)payload.Length, Offset = Abi.SlotHeaderSize };
        payload.CopyTo(new Span<byte>((byte*)slot + Abi.SlotHeaderSize, Abi.SlotPayloadSize));
        return slot;
    }

    private void Publish()
    {
        if (!Port.Tx.Publish(1))
            return;
        Port.Count(GuestCounter.Doorbells);
        Ring();
    }

    private void Sleep(bool isArmed, string what)
    {
        Assert.That(Port.State, Is.EqualTo(PortState.Attached), $"waiting for {what}; fault {Port.Fault}");
        if (!isArmed)
            return;
        var fd = new pollfd { fd = _ownEvent, events = POLLIN };
        Assert.That(poll(&fd, 1, (int)Patience.TotalMilliseconds), Is.EqualTo(1), $"no doorbell came while the VM waited for {what}");
        TakeInterrupts();
    }

    private long ReadMessage(out int descriptor)
    {
        Assert.That(IvshmemClient.TryReadMessage(_connection, out long value, out descriptor), Is.True, "an ivshmem message");
        return value;
    }
}
