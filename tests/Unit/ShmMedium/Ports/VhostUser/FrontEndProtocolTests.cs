using System.Buffers.Binary;
using ShmWifi.Configuration;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports.VhostUser;
using static ShmWifi.Tests.Support.SimulatedFrontEnd;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.VhostUser;

/// <summary>What a front end may ask, what it is answered, and what ends its connection.</summary>
public sealed class FrontEndProtocolTests
{
    private const VhostUserRequest Unknown = (VhostUserRequest)200;
    private TestDaemon _daemon = null!;
    private SimulatedFrontEnd _frontEnd = null!;

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared, frontEnds: ["uml"]);
        _frontEnd = _daemon.ConnectFrontEnd("uml");
    }

    [TearDown]
    public void TearDown()
    {
        _frontEnd.Dispose();
        _daemon.AssertEngineAnswers();
        Assert.That(_daemon.Failures, Is.Empty);
        _daemon.Dispose();
    }

    [Test]
    public void FeaturesAreThoseOfTheDeviceAlone()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_frontEnd.Ask(VhostUserRequest.GetFeatures), Is.EqualTo(0x1_7000_0000UL));
            Assert.That(_frontEnd.Ask(VhostUserRequest.GetProtocolFeatures), Is.EqualTo(0x1_8029UL), "without CONFIG and in-band notifications");
            Assert.That(_frontEnd.Ask(VhostUserRequest.GetQueueNum), Is.EqualTo(2));
            Assert.That(_frontEnd.Ask(VhostUserRequest.GetMaxMemSlots), Is.EqualTo(8));
        }
    }

    [Test]
    public void TheDeviceHasNoConfigurationSpace()
    {
        _frontEnd.Send(VhostUserRequest.GetConfig, new byte[12 + 8]);
        Assert.That(_frontEnd.ReadReply(VhostUserRequest.GetConfig), Is.Empty);
    }

    [Test]
    public void AStatusIsKeptAndZeroStopsTheQueues()
    {
        _frontEnd.SetUp();
        _frontEnd.Do(VhostUserRequest.SetStatus, Word(0x0f));
        Assert.That(_frontEnd.Ask(VhostUserRequest.GetStatus), Is.EqualTo(0x0f));
        Assert.That(IsReady(), Is.True);

        _frontEnd.Do(VhostUserRequest.SetStatus, Word(0));
        Deadline.Until(() => !IsReady(), "the port is not served");
    }

    [Test]
    public void ADisabledQueueStopsAndAnEnabledOneGoesOn()
    {
        _frontEnd.SetUp();
        Deadline.Until(IsReady, "the port is served");
        _frontEnd.Do(VhostUserRequest.SetVringEnable, Pair(1, 0));
        Deadline.Until(() => !IsReady(), "the port is not served");
        _frontEnd.Do(VhostUserRequest.SetVringEnable, Pair(1, 1));
        Deadline.Until(IsReady, "the port is served again");
    }

    [Test]
    public void AMessageMayComeByteByByte()
    {
        byte[] request = new byte[12];
        request[0] = (byte)VhostUserRequest.GetFeatures;
        request[4] = 1;
        foreach (byte octet in request)
        {
            Assert.That(_frontEnd.IsClosed, Is.False);
            _frontEnd.SendRaw([octet]);
        }
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(_frontEnd.ReadReply(VhostUserRequest.GetFeatures)), Is.Not.Zero);
    }

    [Test]
    public void AnUnknownRequestIsAnsweredAsFailedWhereAnAnswerIsWanted()
    {
        _frontEnd.SetUp();
        _frontEnd.Send(Unknown, Word(0), NeedReply);
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(_frontEnd.ReadReply(Unknown)), Is.Not.Zero);
        Assert.That(_frontEnd.Ask(VhostUserRequest.GetQueueNum), Is.EqualTo(2), "and the connection goes on");
    }

    [Test]
    public void MemoryCanBeGivenAndTakenRegionByRegion()
    {
        _frontEnd.Do(VhostUserRequest.SetProtocolFeatures, Word(0x1_8009));
        _frontEnd.Do(VhostUserRequest.AddMemReg, [.. Word(0), .. MemoryTable(0, Region)[8..]], _frontEnd.MemoryFile);
        _frontEnd.Do(VhostUserRequest.RemMemReg, [.. Word(0), .. MemoryTable(0, Region)[8..]]);
        _frontEnd.Do(VhostUserRequest.AddMemReg, [.. Word(0), .. MemoryTable(0, Region)[8..]], _frontEnd.MemoryFile);
        _frontEnd.Do(VhostUserRequest.SetFeatures, Word(0x1_7000_0000));
        _frontEnd.SetUpQueue(0, _frontEnd.Sent);
        _frontEnd.SetUpQueue(1, _frontEnd.Taken);
        _frontEnd.StartQueue(0);
        _frontEnd.StartQueue(1);
        Deadline.Until(IsReady, "the port is served");
    }

    private static readonly (string Name, string Reason, Action<SimulatedFrontEnd> Act)[] s_violations =
    [
        ("a version of vhost-user that is not known", "version", f => f.SendRaw([1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])),
        ("a payload that is too long", "bytes of payload", f => f.SendRaw([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x7f])),
        ("a payload that is too short", "in place of", f => f.Send(VhostUserRequest.SetFeatures, [1, 2, 3])),
        ("a request that is not known", "not agreed on", f => f.Send(Unknown, Word(0))),
        ("features that were not offered", "not offered", f => f.Send(VhostUserRequest.SetFeatures, Word(1))),
        ("protocol features that were not offered", "not offered", f => f.Send(VhostUserRequest.SetProtocolFeatures, Word(1 << 9))),
        ("more descriptors than regions", "descriptors", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region), 0, Same(f, 9))),
        ("fewer descriptors than regions", "memory table", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region))),
        ("more regions than the message has", "memory table", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(2, Region), 0, Same(f, 2))),
        ("more regions than may be", "memory table", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(200, Region), 0, Same(f, 8))),
        ("regions that overlap", "overlap", f => f.Send(VhostUserRequest.SetMemTable,
            MemoryTable(2, Region, Region with { GuestAddress = MemoryStart + 4096, UserAddress = 1 << 30 }), 0, Same(f, 2))),
        ("a region beyond its file", "in a file of", f => f.Send(VhostUserRequest.SetMemTable,
            MemoryTable(1, Region with { MapOffset = MemoryStart + 4096 }), 0, f.MemoryFile)),
        ("a region that wraps", "wraps", f => f.Send(VhostUserRequest.SetMemTable,
            MemoryTable(1, Region with { GuestAddress = ulong.MaxValue - 4096 }), 0, f.MemoryFile)),
        ("an offset that wraps", "in a file of", f => f.Send(VhostUserRequest.SetMemTable,
            MemoryTable(1, Region with { MapOffset = ulong.MaxValue - 4096 }), 0, f.MemoryFile)),
        ("a region that is empty", "empty", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region with { Size = 0 }), 0, f.MemoryFile)),
        ("a region of what is no file", "in a file of", f => f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region), 0, f.KickOf(0))),
        ("memory in a file on a disk", "/dev/shm", f =>
        {
            using var file = File.OpenHandle(typeof(object).Assembly.Location);
            f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region), 0, (int)file.DangerousGetHandle());
        }),
        ("a region that was never given", "never gave", f => f.Send(VhostUserRequest.RemMemReg, [.. Word(0), .. MemoryTable(0, Region)[8..]])),
        ("a virtqueue that is not there", "virtqueue 2", f => f.Send(VhostUserRequest.SetVringNum, Pair(2, 256))),
        ("a length that is no power of two", "power of two", f => f.Send(VhostUserRequest.SetVringNum, Pair(0, 100))),
        ("a length that is too much", "power of two", f => f.Send(VhostUserRequest.SetVringNum, Pair(0, 32768))),
        ("a length of zero", "power of two", f => f.Send(VhostUserRequest.SetVringNum, Pair(0, 0))),
        ("a file in place of a kick", "in place of an eventfd", f => f.Send(VhostUserRequest.SetVringKick, Word(0), 0, f.MemoryFile)),
        ("no kick at all", "does not poll", f => f.Send(VhostUserRequest.SetVringKick, Word(1 << 8))),
        ("a kick that is missing", "in place of one", f => f.Send(VhostUserRequest.SetVringKick, Word(0))),
        ("a vring outside of the memory", "not in the guest's memory", f => StartAt(f, descriptors: 0x4000_0000)),
        ("a vring that is not aligned", "not in the guest's memory", f => StartAt(f, descriptors: f.Sent.DescriptorsAt + 8)),
        ("a vring that ends behind the memory", "not in the guest's memory", f => StartAt(f, descriptors: MemoryStart + MemorySize - 16)),
        ("a queue that is moved while it runs", "while it runs", f =>
        {
            f.SetUp();
            f.Send(VhostUserRequest.SetVringAddr, Place(0, f.Taken.DescriptorsAt, f.Sent.UsedAt, f.Sent.AvailableAt));
        }),
        ("a length that changes while it runs", "while it runs", f =>
        {
            f.SetUp();
            f.Send(VhostUserRequest.SetVringNum, Pair(0, 128));
        }),
        ("memory that goes while it is used", "not in the guest's memory", f =>
        {
            f.SetUp();
            f.Send(VhostUserRequest.SetMemTable, MemoryTable(1, Region with { UserAddress = 1UL << 40 }), 0, f.MemoryFile);
        }),
        ("a base that is ahead of what was used", "that starts", f =>
        {
            f.Do(VhostUserRequest.SetProtocolFeatures, Word(1 << 3));
            f.SetMemory();
            f.SetUpQueue(0, f.Sent, first: 5000);
            f.Send(VhostUserRequest.SetVringKick, Word(0), 0, f.KickOf(0));
            f.Send(VhostUserRequest.SetVringEnable, Pair(0, 1));
        }),
        ("a head that is not there", "buffer 256 in a virtqueue", f => Post(f, f2 => f2.Sent.Post(256, kicksAnyway: true))),
        ("more buffers than the queue has", "buffers of a virtqueue available", f => Post(f, f2 =>
        {
            f2.Sent.Available += 300;
            f2.Sent.Kick();
        })),
        ("an index that goes back", "buffers of a virtqueue available", f => Post(f, f2 =>
        {
            f2.Sent.Available--;
            f2.Sent.Kick();
        })),
        ("a chain that goes in a circle", "circle",
            f => Chain(f, d => d with { Flags = SimulatedDriver.Descriptor.HasNext, Next = 0, Length = 0 })),
        ("a chain that leaves the table", "descriptor 300", f => Chain(f, d => d with { Flags = SimulatedDriver.Descriptor.HasNext, Next = 300 })),
        ("a buffer where no memory is", "has no memory", f => Chain(f, d => d with { Address = 0x7777_0000 })),
        ("a buffer that leaves the memory", "has no memory", f => Chain(f, d => d with { Address = MemoryStart + MemorySize - 8 })),
        ("a buffer whose address wraps", "has no memory", f => Chain(f, d => d with { Address = ulong.MaxValue - 8 })),
        ("a table of no whole descriptors", "indirect table",
            f => Chain(f, d => d with { Flags = SimulatedDriver.Descriptor.IsIndirect, Length = 100 })),
        ("a table that is empty", "indirect table", f => Chain(f, d => d with { Flags = SimulatedDriver.Descriptor.IsIndirect, Length = 0 })),
        ("a table that is too long", "indirect table",
            f => Chain(f, d => d with { Flags = SimulatedDriver.Descriptor.IsIndirect, Length = 0xffff_fff0 })),
        ("a table in a table", "indirect descriptor", f => Chain(f, d =>
        {
            var inner = new SimulatedDriver.Descriptor(f.Sent.AddressOf(1), 16, SimulatedDriver.Descriptor.IsIndirect, 0);
            System.Runtime.InteropServices.MemoryMarshal.Write(f.Sent.Buffer(1), in inner);
            return new(f.Sent.AddressOf(1), 16, SimulatedDriver.Descriptor.IsIndirect, 0);
        })),
        ("a table that goes on", "indirect descriptor", f => Chain(f,
            d => d with { Flags = SimulatedDriver.Descriptor.IsIndirect | SimulatedDriver.Descriptor.HasNext, Length = 16 })),
    ];

    private static IEnumerable<TestCaseData> Violations => s_violations.Select(v => new TestCaseData(v.Name).SetName($"{{m}}({v.Name})"));

    [TestCaseSource(nameof(Violations))]
    public void EndsTheConnectionAndSaysWhy(string name)
    {
        (_, string reason, var act) = s_violations.Single(v => v.Name == name);

        act(_frontEnd);

        Deadline.Until(() => _daemon.Log.Count("front-end-broken") == 1, "its end");
        Assert.That(_daemon.Log.Events.Single(e => e.Event == "front-end-broken").Message, Does.Contain(reason));
        Deadline.Until(() => _frontEnd.IsClosed, "its connection is closed");
        using var next = _daemon.StartFrontEnd("uml");
        Assert.That(next.Ask(VhostUserRequest.GetQueueNum), Is.EqualTo(2), "the next one is served");
    }

    private bool IsReady() =>
        _daemon.Daemon.Engine.Ports.Any(p => p.Rings.GuestState == GuestState.Ready);

    private static int[] Same(SimulatedFrontEnd frontEnd, int count) => [.. Enumerable.Repeat(frontEnd.MemoryFile, count)];

    private static void StartAt(SimulatedFrontEnd frontEnd, ulong descriptors)
    {
        frontEnd.Do(VhostUserRequest.SetProtocolFeatures, Word(1 << 3));
        frontEnd.SetMemory();
        frontEnd.SetUpQueue(0, frontEnd.Sent);
        frontEnd.Send(VhostUserRequest.SetVringAddr, Place(0, descriptors, frontEnd.Sent.UsedAt, frontEnd.Sent.AvailableAt));
        frontEnd.Send(VhostUserRequest.SetVringKick, Word(0), 0, frontEnd.KickOf(0));
        frontEnd.Send(VhostUserRequest.SetVringEnable, Pair(0, 1));
    }

    private static void Post(SimulatedFrontEnd frontEnd, Action<SimulatedFrontEnd> act)
    {
        frontEnd.SetUp();
        act(frontEnd);
    }

    private static void Chain(SimulatedFrontEnd frontEnd, Func<SimulatedDriver.Descriptor, SimulatedDriver.Descriptor> change) => Post(frontEnd, f =>
    {
        f.Sent[0] = change(new(f.Sent.AddressOf(0), 100, 0, 0));
        f.Sent.Post(0, kicksAnyway: true);
    });
}
