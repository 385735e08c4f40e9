using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>Bytes as mac80211_hwsim.c and nl80211.h have them, written down by hand.</summary>
public sealed class PmsrMessageTests
{
    private const string Request =
        "9C00" + "1181" // NL80211_ATTR_PEER_MEASUREMENTS, nested
        + "0800" + "1001" + "00000000" // TIMEOUT
        + "9000" + "0580" // PEERS: one
        + "0A00" + "0100" + "0253570001020000" // ADDR
        + "2000" + "0280" // CHAN
        + "0800" + "2600" + "3C140000" // WIPHY_FREQ 5180
        + "0800" + "9F00" + "03000000" // CHANNEL_WIDTH 80
        + "0C00" + "0000" + "0000000000000000" // another
        + "6000" + "0380" // REQ
        + "5C00" + "0180" // DATA
        + "5800" + "0180" // FTM
        + "0800" + "0200" + "01000000" // PREAMBLE
        + "0600" + "0400" + "00000000" // BURST_PERIOD
        + "0400" + "0100" // ASAP
        + "0500" + "0300" + "00000000" // NUM_BURSTS_EXP
        + "0500" + "0500" + "0F000000" // BURST_DURATION
        + "0500" + "0600" + "0A000000" // FTMS_PER_BURST 10
        + "0500" + "0700" + "02000000" // NUM_FTMR_RETRIES 2
        + "0500" + "0500" + "0F000000" // BURST_DURATION, again
        + "0500" + "0D00" + "00000000" // BSS_COLOR
        + "0000000000000000000000000000000000000000"; // beyond

    [Test]
    public void ARequestIsReadAsHwsimWritesIt()
    {
        var peers = new PmsrPeers(Convert.FromHexString(Request));
        Assert.That(peers.MoveNext(), Is.True);
        Assert.That(peers.Current, Is.EqualTo(new PmsrPeer(MacAddress.Parse("02:53:57:00:01:02"), 5180, 80, Ftms: 10, FtmrRetries: 2)));
        Assert.That(peers.MoveNext(), Is.False);
    }

    [Test]
    public void AReportIsWrittenAsHwsimReadsIt()
    {
        var report = new PmsrReport(new byte[PmsrReport.MaxSize]);
        report.Add(
            new FtmResult
            {
                Peer = MacAddress.Parse("02:53:57:00:01:02"),
                Status = PmsrStatus.Success,
                FtmrAttempts = 2,
                FtmrSuccesses = 1,
                Ftms = 10,
                SignalDbm = -42.5,
                RttPs = 200_138.5, // 30 m
                RttVariancePs2 = 4e8,
                RttSpreadPs = 66_713,
            },
            bootTimeNs: 0x0102030405060708);
        Assert.That(Convert.ToHexString(report.Complete()), Is.EqualTo(
            "B800" + "0580" // PEERS, nested
            + "B400" + "0180"
            + "0A00" + "0100" + "0253570001020000" // ADDR
            + "A400" + "0480" // RESP
            + "0800" + "0200" + "00000000" // STATUS success
            + "0C00" + "0300" + "0807060504030201" // HOST_TIME
            + "0400" + "0500" // FINAL
            + "8800" + "0180" // DATA
            + "8400" + "0180" // FTM
            + "0800" + "0100" + "00000000" // FAIL_REASON
            + "0800" + "0300" + "02000000" // NUM_FTMR_ATTEMPTS
            + "0800" + "0400" + "01000000" // NUM_FTMR_SUCCESSES
            + "0500" + "0600" + "00000000" // NUM_BURSTS_EXP
            + "0500" + "0700" + "0F000000" // BURST_DURATION
            + "0500" + "0800" + "0A000000" // FTMS_PER_BURST
            + "0800" + "0900" + "ABFFFFFF" // RSSI_AVG -85 halves
            + "0C00" + "0D00" + "CA0D030000000000" // RTT_AVG
            + "0C00" + "0E00" + "0084D71700000000" // RTT_VARIANCE
            + "0C00" + "0F00" + "9904010000000000" // RTT_SPREAD
            + "0C00" + "1000" + "3075000000000000" // DIST_AVG 30,000 mm
            + "0C00" + "1100" + "A023890000000000" // DIST_VARIANCE
            + "0C00" + "1200" + "1027000000000000")); // DIST_SPREAD 10,000 mm
    }

    [Test]
    public void TheLongestReportFits()
    {
        var report = new PmsrReport(new byte[PmsrReport.MaxSize]);
        for (int i = 0; i < PmsrPeers.Max; i++)
            report.Add(new FtmResult { RttPs = double.MaxValue }, ulong.MaxValue);
        Assert.That(report.Complete().Length, Is.LessThanOrEqualTo(HwsimProtocol.MaxFrameLength));
    }
}
