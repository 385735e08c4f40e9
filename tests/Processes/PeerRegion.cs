using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.Tests.RingPeer;
using static Tmds.Linux.LibC;
using RegionMemory = ShmWifi.Tests.Support.RegionMemory;

namespace ShmWifi.Tests.Processes;

/// <summary>A region, its doorbells, and processes that inherit both.</summary>
internal sealed class PeerRegion : IDisposable
{
    private readonly RegionMemory _memory;
    private readonly FileDescriptor _inherited;
    private readonly List<PeerProcess> _peers = [];

    public PeerRegion(RegionGeometry geometry)
    {
        _memory = new RegionMemory(geometry, LitmusPage.Size);
        _inherited = FileDescriptor.Of(dup(_memory.Memory.Descriptor), "dup a memfd");
    }

    public Region Region => _memory.Region;

    /// <summary>Wakes the host.</summary>
    public Doorbell Host { get; } = EventDoorbell.Create();

    /// <summary>Wakes the guest of port 0.</summary>
    public Doorbell Sender { get; } = EventDoorbell.Create();

    /// <summary>Wakes the guest of port 1.</summary>
    public Doorbell Receiver { get; } = EventDoorbell.Create();

    /// <summary>Slots that the host gave back to port 0.</summary>
    public unsafe uint SenderHead => new SharedIndex(&PortWords.Header(Region, 0)->TxHead).LoadAcquire();

    public PeerProcess StartTxProducer(uint until, Pace pace, InjectedBug bug = InjectedBug.None) =>
        Start(Role.TxProducer, port: 0, Sender, first: 0, until, pace, bug);

    public PeerProcess StartTxConsumer(uint until, Pace pace, InjectedBug bug = InjectedBug.None) =>
        Start(Role.TxConsumer, port: 0, Host, first: 0, until, pace, bug);

    public PeerProcess StartRxConsumer(uint first, uint until, Pace pace) =>
        Start(Role.RxConsumer, port: 1, Receiver, first, until, pace, InjectedBug.None);

    /// <summary>Waits until some frames of port 0 went through.</summary>
    /// <param name="running">Who must not end meanwhile.</param>
    public void WaitForProgress(params PeerProcess[] running)
    {
        uint before = SenderHead;
        while (SenderHead - before < 2000)
        {
            Assert.That(running.Any(peer => peer.HasExited), Is.False, "nobody ends in the middle");
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        Host.Dispose();
        Sender.Dispose();
        Receiver.Dispose();
        _inherited.Dispose();
        _memory.Dispose();
    }

    private PeerProcess Start(Role role, int port, Doorbell wake, uint first, uint until, Pace pace, InjectedBug bug)
    {
        var ring = role == Role.TxConsumer ? Sender : Host;
        var peer = PeerProcess.Start(new PeerOptions
        {
            Role = role,
            Memory = _inherited.Descriptor,
            Size = _memory.Memory.Size,
            Wake = wake.Descriptor,
            Ring = ring.Descriptor,
            Port = port,
            First = first,
            Until = until,
            Pace = pace,
            Break = bug,
        });
        _peers.Add(peer);
        return peer;
    }
}
