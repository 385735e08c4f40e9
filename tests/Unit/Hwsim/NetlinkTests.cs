using System.Buffers.Binary;
using CsCheck;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class NetlinkTests
{
    private const ushort NewLink = 16;
    private const ushort DelLink = 17;
    private const byte FamilyBridge = 7;

    [Test]
    public void WhatTheWriterWritesTheReaderReads()
    {
        var writer = new NetlinkWriter(new byte[256]);
        writer.BeginGeneric(0, 33, NetlinkMessage.FlagRequest, sequence: 5, command: 7);
        writer.Add(1, 0x01020304u);
        writer.Add(2, MacAddress.Parse("02:00:00:00:00:09"));
        writer.Add(3, "phy0");
        writer.AddFlag(4);
        writer.Add(5, 0x0102030405060708ul);
        var datagram = writer.Complete();

        Assert.That(NetlinkMessage.TryTake(ref datagram, out var message), Is.True);
        Assert.That((message.Type, message.Flags, message.Sequence, datagram.Length), Is.EqualTo(((ushort)33, NetlinkMessage.FlagRequest, 5u, 0)));
        Assert.That(GenericNetlink.TrySplit(message, out byte command, out var attributes), Is.True);
        var values = new List<(ushort, string)>();
        while (attributes.MoveNext())
            values.Add((attributes.Type, attributes.Type == 3 ? attributes.ReadText() : Convert.ToHexString(attributes.Value)));
        Assert.That(command, Is.EqualTo(7));
        Assert.That(values,
            Is.EqualTo(new (ushort, string)[] { (1, "04030201"), (2, "020000000009"), (3, "phy0"), (4, ""), (5, "0807060504030201") }));
    }

    [Test]
    public void NoBytesMakeTheWalkThrowOrRunForever() => Gen.Byte.Array.Sample(bytes =>
    {
        ReadOnlySpan<byte> datagram = bytes;
        int messages = 0;
        while (NetlinkMessage.TryTake(ref datagram, out var message))
        {
            messages++;
            _ = GenericNetlink.TrySplit(message, out _, out var attributes);
            while (attributes.MoveNext())
                _ = attributes.ReadText();
        }
        var bare = new NetlinkAttributes(bytes);
        int steps = 0;
        while (bare.MoveNext())
            steps++;
        if (messages > bytes.Length || steps > bytes.Length)
            Assert.Fail($"{messages} messages and {steps} attributes in {bytes.Length} bytes");
    }, iter: 2000);

    [Test]
    public void ALinkIsUpWhenTheKernelSaysSo()
    {
        var links = new NetworkLinks();
        Assert.That(Observe(links, NewLink, 3, isUp: false), Is.True, "new");
        Assert.That(links.IsUp(3), Is.False);
        Assert.That(Observe(links, NewLink, 3, isUp: true), Is.True, "up");
        Assert.That(links.IsUp(3), Is.True);
        Assert.That(Observe(links, NewLink, 3, isUp: true), Is.False, "nothing changed");
        Assert.That(Observe(links, NewLink, 3, isUp: true, address: "02:00:00:00:00:77"), Is.True, "another address");
        Assert.That(Observe(links, DelLink, 3, isUp: true), Is.True, "gone");
        Assert.That(links.IsUp(3), Is.False);
    }

    [Test]
    public void LeavingABridgeIsNotGoingAway()
    {
        var links = new NetworkLinks();
        Observe(links, NewLink, 3, isUp: true);
        Assert.That(Observe(links, DelLink, 3, isUp: true, family: FamilyBridge), Is.False);
        Assert.That(links.IsUp(3), Is.True);
    }

    [Test]
    public void NoLinkMessageMakesItThrow() => Gen.Byte.Array.Sample(bytes =>
    {
        var links = new NetworkLinks();
        byte[] datagram = new byte[NetlinkMessage.HeaderSize + bytes.Length];
        var writer = new NetlinkWriter(datagram);
        writer.Begin(datagram.Length, NewLink, 0, 0);
        bytes.CopyTo(datagram, NetlinkMessage.HeaderSize);
        ReadOnlySpan<byte> rest = datagram;
        if (NetlinkMessage.TryTake(ref rest, out var message))
            links.Observe(message);
    }, iter: 2000);

    private static bool Observe(NetworkLinks links, ushort type, int index, bool isUp, string address = "02:00:00:00:00:01", byte family = 0)
    {
        var writer = new NetlinkWriter(new byte[64]);
        writer.Begin(0, type, 0, 0);
        writer.AddZeros(16);
        writer.Add(1, MacAddress.Parse(address));
        byte[] datagram = writer.Complete().ToArray();
        datagram[NetlinkMessage.HeaderSize] = family;
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(NetlinkMessage.HeaderSize + 4), index);
        BinaryPrimitives.WriteInt32LittleEndian(datagram.AsSpan(NetlinkMessage.HeaderSize + 8), isUp ? 0x1003 : 0x1002);
        ReadOnlySpan<byte> rest = datagram;
        Assert.That(NetlinkMessage.TryTake(ref rest, out var message), Is.True);
        return links.Observe(message);
    }
}
