using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Unit.Dot11;

public class FrameControlTests
{
    [TestCase(0x0080, FrameType.Management, FrameSubtype.Beacon, "Beacon")]
    [TestCase(0x0040, FrameType.Management, FrameSubtype.ProbeRequest, "Probe Request")]
    [TestCase(0x0084, FrameType.Control, FrameSubtype.BlockAckReq, "Block Ack Req")]
    [TestCase(0x00d4, FrameType.Control, FrameSubtype.Ack, "Ack")]
    [TestCase(0x4188, FrameType.Data, FrameSubtype.QosData, "QoS Data")]
    [TestCase(0x1148, FrameType.Data, FrameSubtype.Null, "Null")]
    [TestCase(0x001c, FrameType.Extension, (FrameSubtype)0x31, "S1G Beacon")]
    public void TypeAndSubtypeHaveTheirNames(int value, FrameType type, FrameSubtype subtype, string name)
    {
        var control = new FrameControl((ushort)value);

        Assert.That(control.Type, Is.EqualTo(type));
        Assert.That(control.Subtype, Is.EqualTo(subtype));
        Assert.That(control.Name, Is.EqualTo(name));
    }

    [Test]
    public void EveryValueHasAName() =>
        Assert.That(Enumerable.Range(0, 0x10000).Select(value => new FrameControl((ushort)value).Name), Has.None.Null.And.None.Empty);

    [TestCase(0x0100, nameof(FrameControl.ToDs))]
    [TestCase(0x0200, nameof(FrameControl.FromDs))]
    [TestCase(0x0400, nameof(FrameControl.MoreFragments))]
    [TestCase(0x0800, nameof(FrameControl.Retry))]
    [TestCase(0x1000, nameof(FrameControl.PowerManagement))]
    [TestCase(0x2000, nameof(FrameControl.MoreData))]
    [TestCase(0x4000, nameof(FrameControl.Protected))]
    [TestCase(0x8000, nameof(FrameControl.HtControl))]
    public void EachFlagIsItsBitAndNoOther(int bit, string flag)
    {
        var property = typeof(FrameControl).GetProperty(flag)!;

        Assert.That(property.GetValue(new FrameControl((ushort)bit)), Is.True);
        Assert.That(property.GetValue(new FrameControl((ushort)~bit)), Is.False);
    }
}
