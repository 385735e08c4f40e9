using System.Net.Sockets;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Clock;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>Both paths of the service between a real region and a socket pair that stands in for hwsim's netlink socket.</summary>
internal sealed unsafe class InjectorHarness : IDisposable
{
    public const uint TxLength = 16;
    public const long PatienceNs = 500_000_000;
    private readonly SharedMemory _memory;
    private readonly SimulatedHost _host;
    private readonly Socket _ours;
    private readonly Socket _kernels;

    public InjectorHarness(RegionFeatures hostTakes = RegionFeatures.TxPower | RegionFeatures.Spacing | RegionFeatures.Pmsr)
    {
        var geometry = new RegionGeometry(Ports: 2, TxSlots: TxLength, RxDescriptors: 64, PoolSlots: 64);
        _memory = SharedMemory.Create("injector-harness", geometry.RegionSize);
        Region = Region.Create(_memory.Address, geometry, RegionFeatures.ByReference | RegionFeatures.Channels | hostTakes, epoch: 1);
        _host = new SimulatedHost(Region);
        Port = Region.OpenGuestPort(0);

        string name = $"\0shm-injector-harness-{Guid.NewGuid():n}";
        _kernels = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _kernels.Bind(new UnixDomainSocketEndPoint(name));
        _ours = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _ours.Bind(new UnixDomainSocketEndPoint(name + "-ours"));
        _ours.Connect(new UnixDomainSocketEndPoint(name));
        _kernels.Connect(new UnixDomainSocketEndPoint(name + "-ours"));
        int descriptor = (int)_ours.Handle;

        var doorbell = new PortDoorbell(new SilentDevice(), Port);
        Slots = new TxSlots(Port, doorbell);
        Clock = new ClockSync(Port, Slots);
        Announcer = new Announcer(Radios, Slots, hostTakes);
        var channel = new NetlinkChannel(descriptor, RecordedMessages.Family);
        Batch = new InjectionBatch(channel, maxBytes: 32768);
        var chains = new SentChains();
        var measurements = new PeerMeasurements(Port, Radios, Batch);
        Tx = new TxPath(channel, Port, Slots, Radios, Batch, Clock, chains, measurements);
        Open = new OpenFrames(Port, Slots, Radios, Batch, chains, measurements);
        Rx = new RxPath(Port, doorbell, Radios, Batch, Clock, chains, measurements, Open);
        Watch = new HostMonitor(Region, Port, PatienceNs);
    }

    public Region Region { get; }

    public HostPort Host => _host.Port;

    public SimulatedHost PlayedHost => _host;

    public GuestPort Port { get; }

    public RadioTable Radios { get; } = new();

    public TxSlots Slots { get; }

    public ClockSync Clock { get; }

    public Announcer Announcer { get; }

    public InjectionBatch Batch { get; }

    public TxPath Tx { get; }

    public RxPath Rx { get; }

    public OpenFrames Open { get; }

    public HostMonitor Watch { get; }

    /// <summary>The radio of the recorded messages, known to the host.</summary>
    public InjectorHarness WithRadio()
    {
        var address = MacAddress.Parse(RecordedMessages.Radio);
        Radios.Apply([new RadioSnapshot(1, "phy0", address, HasMonitor: false, [address], TxPowerDbm: null, Spacing: null)]);
        Announcer.Pump();
        Slots.Publish();
        TakeAll();
        return this;
    }

    /// <summary>hwsim sends a datagram.</summary>
    public void KernelSends(byte[] datagram)
    {
        _kernels.Send(datagram);
        Tx.IsReadable = true;
    }

    /// <summary>What the service sent to hwsim: command, then attributes by type.</summary>
    public List<(byte Command, Dictionary<ushort, byte[]> Attributes)> KernelReceives()
    {
        var messages = new List<(byte, Dictionary<ushort, byte[]>)>();
        byte[] buffer = new byte[65536];
        while (_kernels.Available > 0)
        {
            ReadOnlySpan<byte> datagram = buffer.AsSpan(0, _kernels.Receive(buffer));
            while (NetlinkMessage.TryTake(ref datagram, out var message))
            {
                Assert.That(GenericNetlink.TrySplit(message, out byte command, out var attributes), Is.True);
                LastSequence = message.Sequence;
                var values = new Dictionary<ushort, byte[]>();
                while (attributes.MoveNext())
                    values.Add(attributes.Type, attributes.Value.ToArray());
                messages.Add((command, values));
            }
            Assert.That(datagram.Length, Is.Zero, "bytes after the last message");
        }
        return messages;
    }

    /// <summary>Sequence number of the last message that hwsim received.</summary>
    public uint LastSequence { get; private set; }

    /// <summary>hwsim refuses the last message, as if from the wrong channel.</summary>
    public void KernelRefuses()
    {
        byte[] bytes = new byte[36];
        new NetlinkWriter(bytes).Begin(36, NetlinkMessage.Error, 0, LastSequence);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(NetlinkMessage.HeaderSize), -22);
        KernelSends(bytes);
    }

    /// <summary>The host takes all slots and gives them back.</summary>
    public List<SentSlot> TakeAll() => _host.TakeAll();

    /// <summary>The host posts a descriptor.</summary>
    public void HostPosts(RxDescriptor descriptor)
    {
        Assert.That(Host.Rx.HasFree(1), Is.True);
        _host.Post(descriptor);
    }

    /// <summary>Bytes of <see cref="ReferenceTo"/>'s frames.</summary>
    public const int ReferencedLength = 500;

    /// <summary>A frame in a slot of another VM's, which shares the region, and the descriptor that names it.</summary>
    /// <param name="number">Each of its octets.</param>
    public RxDescriptor ReferenceTo(byte number)
    {
        byte* frame = (byte*)Region.OpenGuestPort(1).TxSlot((uint)number / 2) + Abi.SlotHeaderSize + (number % 2 * (Abi.SlotSize / 2));
        new Span<byte>(frame, ReferencedLength).Fill(number);
        return new RxDescriptor { Kind = RingKind.Frame, Length = ReferencedLength, FreqMhz = 2437, Offset = Host.OffsetOf(frame) };
    }

    /// <summary>Fills the socket's buffer, so that the service's next system call waits, before it reads what it is to send.</summary>
    public void Jam()
    {
        _ours.SendBufferSize = 32768;
        _ours.SendTimeout = 50;
        byte[] filler = new byte[FillerLength];
        Assert.That(() =>
        {
            while (true)
                _ours.Send(filler);
        }, Throws.TypeOf<SocketException>());
        _ours.SendTimeout = 0;
    }

    /// <summary>hwsim reads what jams.</summary>
    public void Unjam()
    {
        byte[] buffer = new byte[65536];
        while (_kernels.Receive(buffer, SocketFlags.Peek) == FillerLength)
            _kernels.Receive(buffer);
    }

    private const int FillerLength = 16000;

    /// <summary>A frame in the pool, and the descriptor that names it.</summary>
    public RxDescriptor FrameDescriptor(uint poolSlot, int length)
    {
        _host.Fill(poolSlot, [.. Enumerable.Range(0, length).Select(i => (byte)(i + poolSlot))]);
        return _host.FrameOf(radio: 0, (uint)length, freqMhz: 2437, poolSlot) with { SignalDbm = -42, RateIndex = 3 };
    }

    public void Dispose()
    {
        Tx.Dispose();
        Batch.Dispose();
        _ours.Dispose();
        _kernels.Dispose();
        _memory.Dispose();
    }

    /// <summary>Nobody receives its doorbell.</summary>
    private sealed class SilentDevice : IPortDevice
    {
        public int Descriptor => -1;

        public string LossReason => "";

        public bool IsLost => false;

        public void RingHost()
        {
        }
    }
}
