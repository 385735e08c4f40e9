using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports;
using DefaultAddress = ShmWifi.Hwsim.Radios.DefaultAddress;

namespace ShmWifi.Tests.Support;

/// <summary>An engine that does not run by itself, and ports in one region with a radio each: whoever calls drives both ends.</summary>
internal sealed unsafe class EngineHarness : IDisposable
{
    private const int MinHeader = 24; // IEEE 802.11-2020 clause 9.3.2.1: three addresses
    private const byte DataFrame = 0x08; // first octet of Frame Control: clause 9.2.4.1.3, table 9-1
    private readonly SharedMemory _memory;
    private readonly List<EventFd> _events = [];
    private readonly Ledger _ledger;
    private readonly LocalDescriptorStore _store = new();
    private readonly List<MediumLedger> _mediumLedgers = [];
    private readonly List<FrameLedger> _frameLedgers = [];
    private readonly MediumConfiguration _medium;
    private readonly List<(int Id, PortOffer Offer)> _offers = [];
    private readonly List<MediumEngine> _dead = [];

    /// <summary>Lays it out.</summary>
    /// <param name="ports">How many; their VMs are vm0, vm1, ….</param>
    /// <param name="medium">What it is like; null: perfect.</param>
    public EngineHarness(int ports, MediumConfiguration? medium = null)
    {
        _ledger = Ledger.Create(ports);
        var geometry = new RegionGeometry((uint)ports, TxSlots: 256, RxDescriptors: 256);
        _memory = SharedMemory.Create("shmwifi-harness", geometry.RegionSize);
        var region = Region.Create(_memory.Address, geometry, RegionFeatures.ByReference, epoch: 1);
        var lease = new RegionLease(_memory, region, isShared: true, portLimit: ports);
        _medium = medium ?? new MediumConfiguration();
        Engine = NewEngine();
        var peerIds = new PeerIds(owned: ports);
        for (int port = 0; port < ports; port++)
        {
            uint peerId = (uint)port + 1;
            var offer = new PortOffer
            {
                Name = $"vm{port}",
                PeerId = peerId,
                Addresses = new AddressPolicy(peerId, peerIds, [], MaySpoof: false),
                Region = lease,
                Call = NewEvent(),
                Kick = NewEvent(),
            };
            _offers.Add((port, offer));
            var one = Engine.Attach(offer)!;
            var radio = Engine.Radios.AddOrGet(one, number: 0, AddressOf(port), "phy0")!;
            Engine.Radios.AddAddress(radio, AddressOf(port));
            Ports.Add(one);
            var guest = new SimulatedGuest(region, port);
            guest.Hello();
            guest.AddRadio(0, AddressOf(port));
            guest.Tune(0, 2412);
            Guests.Add(guest);
        }
        Relay(); // takes the radios on
    }

    /// <summary>The engine.</summary>
    public MediumEngine Engine { get; private set; }

    /// <summary>The engine's ends.</summary>
    public List<Port> Ports { get; } = [];

    /// <summary>The VMs' ends.</summary>
    public List<SimulatedGuest> Guests { get; } = [];

    /// <summary>The address that a port's radio answers to.</summary>
    public static MacAddress AddressOf(int port) => DefaultAddress.Of((uint)port + 1, radio: 0);

    /// <summary>Port 0 sends frames that want no status.</summary>
    public void Send(MacAddress receiver, uint count)
    {
        var guest = Guests[0].Port;
        if (!guest.Tx.HasFree(count))
            throw new InvalidOperationException("the engine does not give TX slots back");
        for (uint i = 0; i < count; i++)
        {
            var slot = guest.TxSlot(guest.Tx.Tail + i);
            *slot = new TxSlotHeader
            {
                Kind = RingKind.Frame,
                Flags = (byte)TxFlags.NoAck,
                Length = MinHeader,
                Offset = Abi.SlotHeaderSize,
                FreqMhz = 2412,
            };
            byte* frame = (byte*)slot + Abi.SlotHeaderSize;
            *frame = DataFrame;
            receiver.CopyTo(new Span<byte>(frame + FrameView.Addr1Offset, MacAddress.Length));
        }
        _ = guest.Tx.Publish(count);
    }

    /// <summary>Runs rounds until the engine has taken all that was sent: a VM's turn has its budget of work.</summary>
    public void Relay()
    {
        do
            _ = Engine.RunRound();
        while (Ports.Exists(port => port.Rings.Tx.CountReady() != 0));
    }

    /// <summary>All the others take what came, and give it back.</summary>
    public uint Receive()
    {
        uint frames = 0;
        for (int port = 1; port < Guests.Count; port++)
            frames += Guests[port].Discard();
        return frames;
    }

    /// <summary>The engine dies wherever it is, and another takes over what it left in the ledger and in the region.</summary>
    public void ChangeEngine()
    {
        _dead.Add(Engine);
        Engine = NewEngine();
        Ports.Clear();
        Ports.AddRange(Engine.Resume([.. _offers.Where(o => _ledger.Port(o.Id)->PeerId != 0)]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dead.ForEach(engine => engine.Dispose());
        Engine.Dispose();
        _ledger.Dispose();
        _mediumLedgers.ForEach(ledger => ledger.Dispose());
        _frameLedgers.ForEach(ledger => ledger.Dispose());
        _store.Dispose();
        _events.ForEach(one => one.Dispose());
        _memory.Dispose();
    }

    private MediumEngine NewEngine()
    {
        var mediumLedger = MediumLedger.Open(_store);
        if (_mediumLedgers.Count != 0)
            Deadline.Until(() => mediumLedger.Text is not null, "the medium as it was saved");
        _mediumLedgers.Add(mediumLedger);
        var frameLedger = FrameLedger.Open(_store);
        _frameLedgers.Add(frameLedger);
        return new(_ledger, mediumLedger, frameLedger, new SilentLog(), new SpinBudget(0), _medium, exception => throw exception);
    }

    private EventFd NewEvent()
    {
        _events.Add(new EventFd());
        return _events[^1];
    }

    private sealed class SilentLog : IMediumLog
    {
        public void PortResumed(Port port)
        {
        }

        public void PortAttached(Port port)
        {
        }

        public void PortDetached(Port port)
        {
        }

        public void PortFaulted(Port port, PortFault fault) => throw new InvalidOperationException($"{port.Name} broke the rules: {fault}");

        public void GuestReady(Port port)
        {
        }

        public void RadioAdded(Radio radio)
        {
        }

        public void RadioRefused(Port port, string radio)
        {
        }

        public void AddressRefused(Radio radio, MacAddress address, AddressClaim claim)
        {
        }

        public void TransmitterRefused(Radio radio, MacAddress transmitter)
        {
        }

        public void PortFailed(Port port, Exception exception) => throw new InvalidOperationException($"{port.Name} could not be served", exception);

        public void AirtimeFailed(Exception exception) => throw new InvalidOperationException("the medium failed", exception);

        public void MediumNotResumed(string reason) => throw new InvalidOperationException(reason);

        public void RadioGone(Radio radio)
        {
        }
    }
}
