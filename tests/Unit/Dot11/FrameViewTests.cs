using System.Text;
using CsCheck;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class FrameViewTests
{
    private const string Rest23 = "0000000000000000000000000000000000000000000000";
    private const string Rest8 = "0000000000000000";

    private static FrameView View(byte[] frame) =>
        FrameView.TryParse(frame, out var view) ? view : throw new ArgumentException("Not a frame.", nameof(frame));

    [Test]
    public void AnyBytesAreReadWithoutAnException() => Gen.Byte.Array.Sample(ReadAll, iter: 2000);

    [Test]
    public void AnyHeaderInFrontOfAnyBytesIsReadWithoutAnException() => Gen.Select(Gen.UShort, Gen.Byte.Array).Sample((control, tail) =>
        ReadAll([(byte)(control & 0xfc), (byte)(control >> 8), .. new byte[8], .. tail]), iter: 10_000);

    [Test]
    public void AFrameCutAnywhereIsReadWithoutAnException()
    {
        byte[][] frames =
        [
            Frames.Beacon(), Frames.ProbeRequest("x"), Frames.AssociationRequest("x"), Frames.ReassociationRequest("x"),
            Frames.AddbaRequest, Frames.AddbaResponse, Frames.Delba,
            Frames.QosData(0x0800, 0x83), Frames.EapolKey(0x008a, nonce: true), Frames.Ack(), Frames.Rts(),
        ];
        foreach (byte[] frame in frames)
        {
            for (int length = 0; length <= frame.Length; length++) ReadAll(frame[..length]);
        }
    }

    [Test]
    public void WhatIsTooShortOrOfAnotherVersionIsNoFrame()
    {
        Assert.That(FrameView.TryParse(Frames.Ack().AsSpan(0, 9), out _), Is.False);
        Assert.That(FrameView.TryParse([0xd5, .. Frames.Ack()[1..]], out _), Is.False);
        ReadAll(default(FrameView));
    }

    [TestCase(0x31, 0x04, 100, Description = "ESS")]
    [TestCase(0x02, 0x00, null, Description = "IBSS")]
    [TestCase(0x10, 0x00, null, Description = "a mesh")]
    [TestCase(0x03, 0x00, null)]
    public void ABeaconOfAnAccessPointTellsHowOftenItIsSent(byte capabilities, byte more, int? interval)
    {
        byte[] frame = Frames.Beacon();
        (frame[34], frame[35]) = (capabilities, more);
        Assert.That(FrameView.TryParse(frame, out var beacon) ? beacon.ApBeaconInterval : -1, Is.EqualTo(interval));
        Assert.That(FrameView.TryParse(frame.AsSpan(0, 35), out beacon) ? beacon.ApBeaconInterval : -1, Is.Null, "too short");
        frame[0] = 0x50;
        Assert.That(FrameView.TryParse(frame, out var response) ? response.ApBeaconInterval : -1, Is.Null, "a probe response");
    }

    [Test]
    public void ABeaconHasThreeAddressesAndASequenceNumber()
    {
        var beacon = View(Frames.Beacon());

        Assert.That(beacon.FrameControl.Subtype, Is.EqualTo(FrameSubtype.Beacon));
        Assert.That(beacon.HeaderLength, Is.EqualTo(24));
        Assert.That(beacon.Receiver, Is.EqualTo(MacAddress.Broadcast));
        Assert.That(beacon.Transmitter, Is.EqualTo(Frames.Ap));
        Assert.That(beacon.Bssid, Is.EqualTo(Frames.Ap));
        Assert.That(beacon.Addr4, Is.Null);
        Assert.That(beacon.IsGroupAddressed, Is.True);
        Assert.That(beacon.SequenceNumber, Is.EqualTo(0x123));
        Assert.That(beacon.FragmentNumber, Is.Zero);
        Assert.That(beacon.QosTid, Is.Null);
    }

    [TestCase(0x00, 26, "02:00:00:00:01:00", TestName = "QoS data in an IBSS: BSSID is address 3")]
    [TestCase(0x01, 26, "02:00:00:00:01:00", TestName = "QoS data to the DS: BSSID is address 1")]
    [TestCase(0x02, 26, "02:00:00:00:02:00", TestName = "QoS data from the DS: BSSID is address 2")]
    [TestCase(0x03, 32, null, TestName = "QoS data between DSs has no BSSID, and six octets more")]
    [TestCase(0x81, 30, "02:00:00:00:01:00", TestName = "QoS data with HT Control has four octets more")]
    public void DataFramesTellTheirBss(int flags, int headerLength, string? bssid)
    {
        var data = View(Frames.QosData(0x0800, (byte)flags));

        Assert.That(data.HeaderLength, Is.EqualTo(headerLength));
        Assert.That(data.Bssid?.ToString(), Is.EqualTo(bssid));
        Assert.That(data.Addr4, flags == 0x03 ? Is.Not.Null : Is.Null);
        Assert.That(data.IsGroupAddressed, Is.False);
    }

    [Test]
    public void BlockAckActionsSayWhatIsAgreed()
    {
        Assert.That(View(Frames.AddbaRequest).BlockAckAction, Is.EqualTo(new BlockAckAction(BlockAckActionKind.AddbaRequest, 3, 64, false, true)));
        Assert.That(View(Frames.AddbaResponse).BlockAckAction, Is.EqualTo(new BlockAckAction(BlockAckActionKind.AddbaResponse, 3, 64, true, false)));
        Assert.That(View(Frames.Delba).BlockAckAction, Is.EqualTo(new BlockAckAction(BlockAckActionKind.Delba, 3, 0, false, false)));
        byte[] refused = [.. Frames.AddbaResponse];
        refused[27] = 37; // The request has been declined
        Assert.That(View(refused).BlockAckAction!.Value.IsAccepted, Is.False);
        Assert.That(View([.. Frames.AddbaRequest[..24], 4, .. Frames.AddbaRequest[25..]]).BlockAckAction, Is.Null, "a public action");
        Assert.That(View(Frames.QosData()).BlockAckAction, Is.Null);
    }

    /// <summary>Elements as hostapd and wpa_supplicant with hwsim send them, and what they stand for.</summary>
    [TestCase("2d1a7e181b" + Rest23, 65535, 65535, 65535, 8000, Description = "HT: exponent 3, spacing 6")]
    [TestCase("2d1a7e1810" + Rest23, 8191, 8191, 8191, 2000, Description = "HT: exponent 0, spacing 4")]
    [TestCase("2d1a7e181b" + Rest23 + "bf0cfa8b8103" + Rest8, 65535, 1048575, 1048575, 8000, Description = "VHT: exponent 7")]
    [TestCase("2d1a7e181b" + Rest23 + "bf0cfa8b8100" + Rest8, 65535, 16383, 16383, 8000, Description = "VHT: exponent 1")]
    [TestCase("2d1a7e181b" + Rest23 + "bf0cfa8b8103" + Rest8 + "ff0723000000180000", 65535, 1048575, 6500631, 8000, Description = "HE: extension 3")]
    [TestCase("2d1a7e181b" + Rest23 + "ff0723000000080000", 65535, 65535, 131071, 8000, Description = "HE without VHT: extension 1")]
    [TestCase("ff0723000000000000" + "ff033b3d00", 8191, 1048575, 1048575, 4000, Description = "6 GHz: exponent 7, spacing 5")]
    public void WhoAssociatesTellsWhichAmpdusItReceives(string elements, int ht, int vht, int he, int spacingNs)
    {
        byte[] frame = [.. Frames.AssociationRequest("x"), .. Convert.FromHexString(elements)];
        Assert.That(View(frame).AmpduCapabilities, Is.EqualTo(new AmpduCapabilities(ht, vht, he, spacingNs)));
        Assert.That(View(Frames.AssociationRequest("x")).AmpduCapabilities, Is.Null);
        for (int length = 0; length < frame.Length; length++)
            ReadAll(frame[..length]);
    }

    [TestCase("", PhyKind.Ofdm)]
    [TestCase("2d1a7e181b" + Rest23, PhyKind.Ht)]
    [TestCase("2d1a7e181b" + Rest23 + "bf0cfa8b8103" + Rest8, PhyKind.Vht)]
    [TestCase("2d1a7e181b" + Rest23 + "bf0cfa8b8103" + Rest8 + "ff0723000000180000", PhyKind.He)]
    [TestCase("ff0723000000000000" + "ff033b3d00", PhyKind.He, Description = "6 GHz")]
    [TestCase("ff0723000000000000" + "ff036c0000", PhyKind.Eht)]
    public void WhoAssociatesTellsWhichPhyItHas(string elements, PhyKind phy)
    {
        byte[] frame = [.. Frames.AssociationRequest("x"), .. Convert.FromHexString(elements)];
        Assert.That(View(frame).AssociatedPhy, Is.EqualTo(phy));
        frame[0] = 0x40; // Probe Request
        Assert.That(View(frame).AssociatedPhy, Is.Null);
    }

    [TestCase(9 + 16, BlockAckActionKind.AddbaProtected)]
    [TestCase(12 + 24, BlockAckActionKind.AddbaProtected)]
    [TestCase(6 + 16, BlockAckActionKind.Delba)]
    [TestCase(4 + 16, null, Description = "SA Query")]
    public void OfAnEncryptedOneTheLengthTells(int length, BlockAckActionKind? kind)
    {
        byte[] frame = [.. Frames.Delba[..24], .. new byte[length]];
        frame[1] |= 0x40;
        Assert.That(View(frame).BlockAckAction?.Kind, Is.EqualTo(kind));
        Assert.That(View(frame).BlockAckAction?.Tid, Is.Null);
    }

    [Test]
    public void QosDataHasATid() => Assert.That(View(Frames.QosData()).QosTid, Is.EqualTo(5));

    [Test]
    public void ControlFramesHaveOneOrTwoAddressesAndNoSequenceNumber()
    {
        FrameView ack = View(Frames.Ack()), rts = View(Frames.Rts()), poll = View(Frames.PsPoll());

        Assert.That((ack.Receiver, ack.Transmitter, ack.Bssid), Is.EqualTo(((MacAddress?)Frames.Station, (MacAddress?)null, (MacAddress?)null)));
        Assert.That((rts.Receiver, rts.Transmitter, rts.Bssid), Is.EqualTo(((MacAddress?)Frames.Ap, (MacAddress?)Frames.Station, (MacAddress?)null)));
        Assert.That(poll.Bssid, Is.EqualTo(Frames.Ap));
        Assert.That((ack.HeaderLength, rts.HeaderLength), Is.EqualTo((10, 16)));
        Assert.That(rts.SequenceNumber, Is.Null);
    }

    [Test]
    public void TheSsidIsFoundInEveryFrameThatNamesANetwork()
    {
        Assert.That(Ssid(Frames.Beacon("one")), Is.EqualTo("one"));
        Assert.That(Ssid([0x50, .. Frames.Beacon("two")[1..]]), Is.EqualTo("two"));
        Assert.That(Ssid(Frames.ProbeRequest("three")), Is.EqualTo("three"));
        Assert.That(Ssid(Frames.AssociationRequest("four")), Is.EqualTo("four"));
        Assert.That(Ssid(Frames.ReassociationRequest("five")), Is.EqualTo("five"));
        Assert.That(Ssid(Frames.ProbeRequest("")), Is.Empty);
        Assert.That(Ssid(Frames.ProbeRequest(new string('s', 32))), Has.Length.EqualTo(32));
    }

    [Test]
    public void AnSsidThatIsTooLongCutOrMissingIsNotFound()
    {
        Assert.That(Ssid(Frames.ProbeRequest(new string('s', 33))), Is.Null);
        Assert.That(Ssid(Frames.ProbeRequest("cut")[..^1]), Is.Null);
        Assert.That(Ssid(Frames.Beacon()[..36]), Is.Null);
        Assert.That(Ssid(Frames.QosData()), Is.Null);
    }

    [TestCase(0x008a, true, 2, 1)]
    [TestCase(0x010a, true, 2, 2)]
    [TestCase(0x13ca, true, 2, 3)]
    [TestCase(0x030a, false, 2, 4)]
    [TestCase(0x0089, true, 254, 1)]
    [TestCase(0x0109, true, 254, 2)]
    [TestCase(0x01c9, true, 254, 3)]
    [TestCase(0x0109, false, 254, 4)]
    [TestCase(0x1382, false, 2, null, TestName = "A group key handshake is not of the four")]
    [TestCase(0x0d0a, false, 2, null, TestName = "A request is not of the four")]
    [TestCase(0x008a, true, 1, null, TestName = "RC4 keys are not of the four")]
    public void TheFourWayHandshakeIsToldByKeyInformationAndNonce(int keyInformation, bool nonce, int descriptor, int? message)
    {
        var frame = View(Frames.EapolKey((ushort)keyInformation, nonce, (byte)descriptor));

        Assert.That(frame.IsEapol, Is.True);
        Assert.That(frame.FourWayMessage, Is.EqualTo(message));
    }

    [Test]
    public void WhatIsProtectedOrAnAmsduOrAFragmentOrAnotherEtherTypeIsNotEapol()
    {
        byte[] amsdu = Frames.EapolKey(0x008a, nonce: true), fragment = Frames.EapolKey(0x008a, nonce: true);
        amsdu[24] |= 0x80;
        fragment[22] |= 1;

        Assert.That(View(Frames.QosData(0x888e, 0x41)).IsEapol, Is.False);
        Assert.That(View(amsdu).IsEapol, Is.False);
        Assert.That(View(fragment).IsEapol, Is.False);
        Assert.That(View(Frames.QosData()).IsEapol, Is.False);
        Assert.That(View([0xc8, .. Frames.EapolKey(0x008a, nonce: true)[1..]]).IsEapol, Is.False);
    }

    [Test]
    public void ReadingAFrameAllocatesNothing()
    {
        byte[] beacon = Frames.Beacon(), key = Frames.EapolKey(0x010a, nonce: true);

        Assert.That(Allocations.OfWarm(ReadBoth), Is.Zero);

        void ReadBoth()
        {
            for (int i = 0; i < 100; i++)
            {
                ReadAll(beacon);
                ReadAll(key);
            }
        }
    }

    private static string? Ssid(byte[] frame) => View(frame).TryGetSsid(out var ssid) ? Encoding.UTF8.GetString(ssid) : null;

    private static void ReadAll(byte[] frame)
    {
        if (FrameView.TryParse(frame, out var view)) ReadAll(view);
    }

    private static int ReadAll(FrameView view)
    {
        view.TryGetSsid(out var ssid);
        return HashCode.Combine(view.Addr1, view.Addr2, view.Addr3, view.Addr4, view.Bssid, view.SequenceNumber, view.FragmentNumber, view.QosTid)
            ^ HashCode.Combine(view.IsGroupAddressed, view.HeaderLength, view.Body.Length, view.IsEapol, view.FourWayMessage, ssid.Length,
                view.FrameControl.Name)
            ^ HashCode.Combine(view.BlockAckAction, view.AmpduCapabilities);
    }
}
