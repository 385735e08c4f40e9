using System.Numerics;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.RingBuffer;

public unsafe class RegionTests
{
    private static readonly RegionGeometry Small = new(Ports: 3, TxSlots: 16, RxDescriptors: 32, PoolSlots: 16);

    private RegionMemory _memory = null!;

    private Region Region => _memory.Region;

    private RegionHeader* Header => (RegionHeader*)Region.Address;

    [SetUp]
    public void MakeARegion() => _memory = new RegionMemory(Small);

    [TearDown]
    public void FreeIt() => _memory.Dispose();

    [OneTimeTearDown]
    public void NothingStaysMapped() => Assert.That(File.ReadAllText("/proc/self/maps"), Does.Not.Contain(RegionMemory.Name));

    [Test]
    public void WhoOpensARegionSeesWhatWasCreated()
    {
        Region.HostState = HostState.Running;
        var opened = Region.Open(_memory.Memory.Address, _memory.Memory.Size);

        Assert.That((opened.Geometry, opened.Size, opened.Epoch, opened.HostState), Is.EqualTo((Small, Small.RegionSize, 1ul, HostState.Running)));
    }

    [Test]
    public void ARegionSmallerThanItsHeaderIsRefused() => AssertRefused("the shared memory has 4096 bytes; a ShmWifi region has at least 8192", 4096);

    [Test]
    public void AMappingSmallerThanTheRegionIsRefused() =>
        AssertRefused($"its rings need {Small.RegionSize}, mapped are {Small.RegionSize / 2}", Small.RegionSize / 2);

    [Test]
    public void AForeignRegionIsRefused()
    {
        Header->Magic = 0x1234;
        AssertRefused("no ShmWifi region: the magic is 0x0000000000001234, not 0x00494649574d4853; does shm-medium serve this device?");
    }

    [Test]
    public void AnotherMajorVersionIsRefusedAndBothAreNamed()
    {
        Header->AbiVersion = (7 << 16) | 3;
        AssertRefused($"the host speaks ABI 7.3, this program {Abi.Major}.{Abi.Minor}; install matching versions");
    }

    [Test]
    public void AnotherMinorVersionIsOpened()
    {
        Header->AbiVersion = Abi.Version + 1;
        Assert.That(() => Region.Open(Region.Address, Region.Size), Throws.Nothing);
    }

    [TestCase(0x28, 0u, "the region's header is damaged: ports is 0; allowed are 1 to 120")]
    [TestCase(0x28, 121u, "the region's header is damaged: ports is 121; allowed are 1 to 120")]
    [TestCase(0x2c, 24u, "the region's header is damaged: txSlots is 24; allowed are powers of two from 16 to 4096")]
    [TestCase(0x30, 0x80000000u, "the region's header is damaged: rxDescriptors is 2147483648; allowed are powers of two from 16 to 16384")]
    [TestCase(0x34, 8u, "the region's header is damaged: poolSlots is 8; allowed are powers of two from 16 to 4096")]
    [TestCase(0x18, 4096u, "the region's header names 4096 bytes; its rings need")]
    [TestCase(0x0c, 4096u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x38, 0u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x40, 4096u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x48, 0u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x50, 0u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x58, 0u, "the region's offsets are not those of this ABI version")]
    [TestCase(0x60, 0u, "the region's offsets are not those of this ABI version")]
    public void ADamagedHeaderIsRefused(int offset, uint value, string message)
    {
        *(uint*)(Region.Address + offset) = value;
        AssertRefused(message);
    }

    [Test]
    public void EveryRegionIsAPowerOfTwoThatHoldsAllItsPorts()
    {
        uint[] lengths = [16, 256, 4096];
        for (uint ports = 1; ports <= Abi.MaxPorts; ports++)
        {
            foreach (uint tx in lengths)
            {
                foreach (uint rx in (uint[])[16, 1024, 16384])
                {
                    foreach (uint pool in lengths)
                    {
                        var geometry = new RegionGeometry(ports, tx, rx, pool);
                        ulong end = RegionGeometry.PortsOffset + (ports * geometry.PortStride);
                        Assert.That(geometry.Validate(), Is.Null);
                        Assert.That(BitOperations.IsPow2(geometry.RegionSize) && end <= geometry.RegionSize, Is.True, $"{geometry}");
                        Assert.That(geometry.RegionSize, Is.AtLeast(RegionGeometry.MinRegionSize).And.AtMost(
                            Math.Max(RegionGeometry.MinRegionSize, (2 * end) - 1)), $"{geometry}");
                        Assert.That((geometry.RxOffset | geometry.PoolOffset | geometry.PortStride) % Abi.SlotSize, Is.Zero, $"{geometry}");
                        Assert.That(geometry.DoneOffset + (rx * 8ul), Is.AtMost(geometry.PoolOffset), $"{geometry}");
                    }
                }
            }
        }
    }

    [Test]
    public void APortIsFoundByItsVmUntilThatIsGone()
    {
        _ = Region.Attach(1, peerId: 7, "ap");
        _ = Region.Attach(2, peerId: 9, "sta1");
        Assert.That((Region.FindPort(7), Region.FindPort(9), Region.FindPort(8)), Is.EqualTo((1, 2, -1)));
        Assert.That((Region.GetPortName(1), Region.GetPortName(2), Region.GetPortName(0)), Is.EqualTo(("ap", "sta1", "")));

        Region.Detach(1);
        Assert.That((Region.FindPort(7), Region.OpenGuestPort(1).State), Is.EqualTo((-1, PortState.Free)));
    }

    [Test]
    public void NobodysPeerIdFindsNoPort() => Assert.That(Region.FindPort(0), Is.EqualTo(-1));

    [Test]
    public void ANameThatIsTooLongIsCut()
    {
        _ = Region.Attach(0, 1, new string('x', 100));
        Assert.That(Region.GetPortName(0), Is.EqualTo(new string('x', Abi.NameSize - 1)));
    }

    [Test]
    public void ANameIsCutBetweenCharacters()
    {
        _ = Region.Attach(0, 1, new string('ü', 30));
        Assert.That(Region.GetPortName(0), Is.EqualTo(new string('ü', 23)));
    }

    [Test]
    public void APortStartsAnewForTheNextVm()
    {
        var first = Region.Attach(0, 1, "a");
        var guest = Region.OpenGuestPort(0);
        guest.SetReady(RegionFeatures.KernelPath);
        guest.SetClock(-5, 3);
        guest.Count(GuestCounter.TxFrames, 9);
        _ = guest.Tx.Publish(4);
        first.SetFault(PortFault.Length);
        Assert.That((guest.State, guest.Fault), Is.EqualTo((PortState.Faulted, PortFault.Length)));
        Assert.That((first.GuestState, first.GuestAbiVersion, first.ClockErrorNs), Is.EqualTo((GuestState.Ready, Abi.Version, 3ul)));
        Assert.That((first.ReadCounter(GuestCounter.TxFrames), first.Tx.CountReady()), Is.EqualTo((9ul, 4u)));

        Region.Detach(0);
        var second = Region.Attach(0, 2, "b");
        Assert.That((second.State, second.GuestState, second.GuestAbiVersion), Is.EqualTo((PortState.Attached, GuestState.Absent, 0u)));
        Assert.That((second.ReadCounter(GuestCounter.TxFrames), second.Tx.CountReady(), second.Rx.InUse), Is.EqualTo((0ul, 0u, 0u)));
        Assert.That(((PortEntry*)(Region.Address + Abi.PortTableOffset))->Generation, Is.EqualTo(2));
    }

    [Test]
    public void BothEndsOfAPortShareItsTwoRings()
    {
        var host = Region.Attach(2, 1, "a");
        var guest = Region.OpenGuestPort(2);

        _ = guest.Tx.Publish(3);
        _ = host.Rx.Publish(5);
        Assert.That((host.Tx.CountReady(), guest.Rx.CountReady()), Is.EqualTo((3u, 5u)));
        Assert.That((host.Tx.Length, guest.Tx.Length, host.Rx.Length, guest.Rx.Length), Is.EqualTo((16u, 16u, 32u, 32u)));
        host.Tx.Take(3);
        guest.Rx.Take(5);
        Assert.That((guest.Tx.ArmFree(), host.Rx.ArmFree()), Is.EqualTo((true, true)));
        Assert.That((host.Tx.Release(3), guest.Rx.Release(5)), Is.EqualTo((true, true)));
        Assert.That((guest.Tx.CountFree(), host.Rx.CountFree()), Is.EqualTo((16u, 32u)));
        Assert.That((host.Tx.Arm(), guest.Rx.Arm()), Is.EqualTo((true, true)));
        Assert.That((guest.Tx.Publish(1), host.Rx.Publish(1)), Is.EqualTo((true, true)));
    }

    [Test]
    public void SlotsOfAllPortsLieApart()
    {
        List<(ulong Start, ulong End)> areas = [];
        for (int index = 0; index < 3; index++)
        {
            var port = Region.Attach(index, (uint)index + 1, "x");
            for (uint slot = 0; slot < 16; slot++)
            {
                areas.Add((port.OffsetOf((byte*)port.TxSlot(slot)), Abi.SlotSize));
                areas.Add((port.OffsetOf(port.PoolSlot(slot)), Abi.SlotSize));
            }
            for (uint descriptor = 0; descriptor < 32; descriptor++)
                areas.Add((port.OffsetOf((byte*)port.Descriptor(descriptor)), Abi.DescriptorSize));
        }
        areas.Sort();

        Assert.That(areas[0].Start, Is.AtLeast(Abi.HeaderSize + Abi.PortHeaderSize));
        Assert.That(areas[^1].Start + areas[^1].End, Is.AtMost(Region.Size));
        Assert.That(areas.Zip(areas.Skip(1)).Where(pair => pair.First.Start + pair.First.End > pair.Second.Start), Is.Empty);
    }

    [TestCase(3)]
    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    public void APortOutsideTheRegionIsAnError(int port) =>
        Assert.That(() => Region.OpenGuestPort(port), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("the region has 3 ports"));

    [Test]
    public void APayloadLiesInsideTheRegionOrIsRefused()
    {
        ulong size = Region.Size;
        const uint largest = Abi.SlotPayloadSize;
        Assert.Multiple(() =>
        {
            Assert.That(Region.Contains(Abi.HeaderSize, 1), Is.True);
            Assert.That(Region.Contains(Abi.HeaderSize - 1, 1), Is.False, "the header is no payload");
            Assert.That(Region.Contains(0, 0), Is.False);
            Assert.That(Region.Contains(Abi.HeaderSize, largest), Is.True);
            Assert.That(Region.Contains(Abi.HeaderSize, largest + 1), Is.False, "no slot holds so much");
            Assert.That(Region.Contains(size - largest, largest), Is.True, "up to the last byte");
            Assert.That(Region.Contains(size - largest + 1, largest), Is.False);
            Assert.That(Region.Contains(size, 0), Is.True);
            Assert.That(Region.Contains(size + 1, 0), Is.False);
            Assert.That(Region.Contains(ulong.MaxValue, 1), Is.False, "no wrap-around");
            Assert.That(Region.Contains(ulong.MaxValue - 100, largest), Is.False);
            Assert.That(Region.Contains(Abi.HeaderSize, uint.MaxValue), Is.False);
        });
    }

    [Test]
    public void TheLastSlotOfARegionWithoutSlackHoldsAPayload()
    {
        var exact = new RegionGeometry(Ports: 15, TxSlots: 16, RxDescriptors: 16, PoolSlots: 16);
        Assert.That(RegionGeometry.PortsOffset + (exact.Ports * exact.PortStride), Is.EqualTo(exact.RegionSize), "chosen so");
        using var memory = new RegionMemory(exact);
        var port = memory.Region.Attach(14, 1, "last");

        ulong payload = port.OffsetOf(port.PoolSlot(15)) + Abi.SlotHeaderSize;
        Assert.That(memory.Region.Contains(payload, Abi.SlotPayloadSize), Is.True);
    }

    [Test]
    public void NobodyCanResizeAMemfdThatWeMade()
    {
        int descriptor = _memory.Memory.Descriptor;
        Assert.That((ftruncate(descriptor, 0), errno), Is.EqualTo((-1, EPERM)));
        Assert.That((ftruncate(descriptor, (long)Region.Size * 2), errno), Is.EqualTo((-1, EPERM)));
        Assert.That(fcntl(descriptor, F_GET_SEALS, 0), Is.EqualTo(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW));
    }

    [Test]
    public void WhatCannotBeMappedIsAnErrorThatSaysSo() =>
        Assert.That(() => SharedMemory.Map(-1, 4096, 0, ownsDescriptor: false),
            Throws.TypeOf<LibCException>().With.Message.EqualTo("map 4096 bytes of shared memory: Bad file descriptor"));

    [Test]
    public void ADisposedMappingHasNoAddress()
    {
        var memory = SharedMemory.Create(RegionMemory.Name, 4096);
        memory.Dispose();
        memory.Dispose();
        Assert.That(() => memory.Address == null, Throws.TypeOf<ObjectDisposedException>());
        Assert.That((fcntl(memory.Descriptor, F_GETFL, 0), errno), Is.EqualTo((-1, EBADF)));
    }

    private void AssertRefused(string message, ulong? size = null) =>
        Assert.That(() => Region.Open(Region.Address, size ?? Region.Size), Throws.TypeOf<RegionFormatException>().With.Message.Contains(message));
}
