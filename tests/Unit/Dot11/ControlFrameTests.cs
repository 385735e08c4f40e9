using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Unit.Dot11;

public class ControlFrameTests
{
    private static readonly MacAddress s_receiver = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_transmitter = MacAddress.Parse("02:00:00:00:00:02");

    private readonly byte[] _frame = new byte[ControlFrame.MaxLength];

    private string Text(int length) => Convert.ToHexStringLower(_frame.AsSpan(0, length));

    [Test]
    public void AnAckAndACtsHaveAReceiverAlone()
    {
        Assert.That(Text(ControlFrame.Write(_frame, FrameSubtype.Ack, 0, s_receiver)), Is.EqualTo("d4000000020000000001"));
        Assert.That(Text(ControlFrame.Write(_frame, FrameSubtype.Cts, 0x1234, s_receiver)), Is.EqualTo("c4003412020000000001"));
    }

    [Test]
    public void AnRtsHasBothAddresses() =>
        Assert.That(Text(ControlFrame.WriteRts(_frame, 500, s_receiver, s_transmitter)), Is.EqualTo("b400f401020000000001020000000002"));

    [Test]
    public void ABlockAckTellsSequenceNumbersFromItsFirstOn()
    {
        var received = new BlockAckBitmap(tid: 5, startingSequence: 4094);
        foreach (int sequence in (int[])[4094, 4095, 7, 61, 300]) // modulo 4096; the last is beyond
            received.Add(sequence);
        string header = "94000000020000000001020000000002" + "0450";
        Assert.That(
            Text(ControlFrame.WriteBlockAck(_frame, s_receiver, s_transmitter, in received, isLong: false)),
            Is.EqualTo(header + "e0ff" + "0302000000000080"));
        Assert.That(
            Text(ControlFrame.WriteBlockAck(_frame, s_receiver, s_transmitter, in received, isLong: true)),
            Is.EqualTo(header + "e4ff" + "0302000000000080" + new string('0', 48)));
    }

    [Test]
    public void WhatWasReceivedIsSaidOfTheLastOfALongBitmap()
    {
        var received = new BlockAckBitmap(tid: 0, startingSequence: 0);
        received.Add(255);
        received.Add(256);
        Assert.That(Text(ControlFrame.WriteBlockAck(_frame, s_receiver, s_transmitter, in received, isLong: true)), Does.EndWith("0080"));
        Assert.That(Convert.ToHexStringLower(received.Octets), Is.EqualTo(new string('0', 62) + "80"));
    }
}
