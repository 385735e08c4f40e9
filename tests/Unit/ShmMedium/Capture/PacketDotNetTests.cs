using System.Buffers.Binary;
using System.Net.NetworkInformation;
using CsCheck;
using PacketDotNet;
using PacketDotNet.Ieee80211;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>What a second reader, which shares no code with Wireshark, makes of our files; it knows no radiotap field of HT and VHT.</summary>
public class PacketDotNetTests
{
    private const uint EnhancedPacketBlock = 6;

    private static readonly byte[][] Known =
    [
        Frames.Beacon("Grüße"), Frames.ProbeRequest("x"), Frames.AssociationRequest("x"), Frames.ReassociationRequest("x"), Frames.QosData(),
        Frames.QosData(flags: 0x09), Frames.EapolKey(0x008a, nonce: true), Frames.Ack(), Frames.Rts(),
    ];

    private static readonly Gen<(int FreqMhz, TxRate Rate)> AnyLegacyRate =
        Gen.OneOf(
            Gen.Select(Gen.OneOf(2412, 2437, 2484), Gen.Int[0, 11], (freqMhz, index) => (freqMhz, TxRateTests.Rate(index))),
            Gen.Select(Gen.OneOf(5180, 5825), Gen.Int[0, 7], (freqMhz, index) => (freqMhz, TxRateTests.Rate(index, band: Band.Ghz5))),
            Gen.Select(Gen.OneOf(5955, 7115), Gen.Int[0, 7], (freqMhz, index) => (freqMhz, TxRateTests.Rate(index, band: Band.Ghz6))));

    [Test]
    public void RadiotapSaysWhatWasWritten() => Gen.Select(AnyLegacyRate, Gen.SByte, Gen.SByte.Nullable()).Sample(
        (sent, signalDbm, noiseDbm) =>
        {
            var radio = Read(Frames.Beacon(), sent.FreqMhz, sent.Rate.Phy, signalDbm, noiseDbm);

            var channel = (ChannelRadioTapField)radio[RadioTapType.Channel];
            Assert.That((int)channel.FrequencyMHz, Is.EqualTo(sent.FreqMhz));
            Assert.That(channel.Flags.HasFlag(RadioTapChannelFlags.Channel2Ghz), Is.EqualTo(sent.FreqMhz < 5000));
            Assert.That(channel.Flags.HasFlag(RadioTapChannelFlags.Cck), Is.EqualTo(sent.Rate.Phy.IsDsss));
            Assert.That(((RateRadioTapField)radio[RadioTapType.Rate]).RateMbps, Is.EqualTo(sent.Rate.Phy.BitRate100Kbps / 10.0));
            Assert.That(((DbmAntennaSignalRadioTapField)radio[RadioTapType.DbmAntennaSignal]).AntennaSignalDbm, Is.EqualTo(signalDbm));
            Assert.That((radio[RadioTapType.DbmAntennaNoise] as DbmAntennaNoiseRadioTapField)?.AntennaNoisedBm, Is.EqualTo(noiseDbm));
        },
        iter: 2000);

    [Test]
    public void AnHtRateHidesNeitherChannelNorSignalNorFrame()
    {
        var radio = Read(Frames.QosData(), 2437, TxRateTests.Rate(12, TxRateFlags.Mcs).Phy, -51, null);

        Assert.That((int)((ChannelRadioTapField)radio[RadioTapType.Channel]).FrequencyMHz, Is.EqualTo(2437));
        Assert.That(((DbmAntennaSignalRadioTapField)radio[RadioTapType.DbmAntennaSignal]).AntennaSignalDbm, Is.EqualTo(-51));
        Assert.That(radio[RadioTapType.Rate], Is.Null);
        Assert.That(((MacFrame)radio.PayloadPacket).FrameControl.SubType, Is.EqualTo(FrameControlField.FrameSubTypes.QosData));
    }

    [Test]
    public void FramesHaveTheTypesFlagsAndAddressesThatFrameViewFinds()
    {
        foreach (byte[] bytes in Known)
        {
            var frame = (MacFrame)Read(bytes, 2412, TxRateTests.Rate(4).Phy, -50, null).PayloadPacket;
            Assert.That(FrameView.TryParse(bytes, out var view), Is.True);
            string name = view.FrameControl.Subtype.ToString();

            Assert.That((int)frame.FrameControl.SubType, Is.EqualTo((int)view.FrameControl.Subtype), name);
            Assert.That(
                (frame.FrameControl.Retry, frame.FrameControl.ToDS, frame.FrameControl.FromDS, frame.FrameControl.Protected),
                Is.EqualTo((view.FrameControl.Retry, view.FrameControl.ToDs, view.FrameControl.FromDs, view.FrameControl.Protected)),
                name);
            MacAddress?[] seen = [view.Addr1, view.Addr2, view.Addr3];
            Assert.That(Addresses(frame), Is.EqualTo(seen.TakeWhile(address => address is not null)), name);
        }
    }

    [Test]
    public void ABeaconHasItsNetworksNameAndADataFrameItsPayload()
    {
        var beacon = (BeaconFrame)Read(Frames.Beacon("Grüße"), 2412, null, -50, null).PayloadPacket;
        Assert.That(beacon.InformationElements.FindFirstById(InformationElement.ElementId.ServiceSetIdentity).Value, Is.EqualTo("Grüße"u8.ToArray()));
        Assert.That(beacon.BeaconInterval, Is.EqualTo(100));

        byte[] bytes = Frames.QosData(0x88b5, payload: [1, 2, 3]);
        var data = (QosDataFrame)Read(bytes, 2412, null, -50, null).PayloadPacket;
        Assert.That((data.QosControl & 0xf, (int)data.SequenceControl.SequenceNumber), Is.EqualTo((5, 0x123)));
        Assert.That(data.BytesSegment.ActualBytes(), Is.EqualTo(bytes));
    }

    /// <summary>The one frame of a file that holds it.</summary>
    private static RadioPacket Read(byte[] frame, int freqMhz, PhyRate? rate, sbyte signalDbm, sbyte? noiseDbm)
    {
        Span<byte> radiotap = stackalloc byte[RadiotapHeader.MaxLength];
        int length = RadiotapHeader.Write(radiotap, new RadiotapFields((uint)freqMhz, rate, signalDbm) { NoiseDbm = noiseDbm });
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, "ShmWifi.Tests");
        writer.WriteFrame(writer.AddInterface("ap/wlan0", Frames.Ap), 1, FrameDirection.Inbound, radiotap[..length], frame);
        writer.Flush();

        byte[] block = PcapngWriterTests.Blocks(stream.ToArray()).Single(b => BinaryPrimitives.ReadUInt32LittleEndian(b) == EnhancedPacketBlock);
        int captured = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(20));
        return (RadioPacket)Packet.ParsePacket(LinkLayers.Ieee80211RadioTap, block[28..(28 + captured)]);
    }

    /// <summary>In the order of the header.</summary>
    private static IEnumerable<MacAddress?> Addresses(MacFrame frame) => ((PhysicalAddress[])(frame switch
    {
        ManagementFrame management => [management.DestinationAddress, management.SourceAddress, management.BssId],
        DataFrame { FrameControl: { ToDS: true, FromDS: false } } data => [data.BssId, data.SourceAddress, data.DestinationAddress],
        RtsFrame rts => [rts.ReceiverAddress, rts.TransmitterAddress],
        AcknowledgmentFrame ack => [ack.ReceiverAddress],
        _ => throw new ArgumentException($"{frame.FrameControl.SubType}", nameof(frame)),
    })).Select(address => (MacAddress?)MacAddress.Parse(string.Join(':', address.GetAddressBytes().Select(octet => $"{octet:x2}"))));
}
