using System.Buffers.Binary;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>A PPDU of a capture with control frames: when it began and ended, by the standard's arithmetic of its rate and length.</summary>
/// <param name="StartNs">Of its preamble.</param>
/// <param name="EndNs">The record's time.</param>
/// <param name="IsReceived">By whom it was for.</param>
internal sealed record OnAir(long StartNs, long EndNs, PhyRate Rate, FrameControl Control, int DurationUs, byte[] Octets, bool IsReceived)
{
    private const uint PresentTsft = 1 << 0, PresentRate = 1 << 2, PresentSignal = 1 << 5;
    private const int ShortPreamble = 0x02;

    /// <summary>Who sent it; null: an ACK or a CTS, which does not say.</summary>
    public MacAddress? Transmitter => FrameView.TryParse(Octets, out var view) ? view.Transmitter : null;

    /// <summary>Whom it was for.</summary>
    public MacAddress? Receiver => FrameView.TryParse(Octets, out var view) ? view.Receiver : null;

    /// <summary>Its airtime.</summary>
    public long AirtimeNs => EndNs - StartNs;

    /// <summary>Whether it is data to one station, with a body.</summary>
    public bool IsUnicastData => Control.CarriesData && Receiver is { IsGroup: false };

    /// <summary>What it waits beside its backoff: EDCA's best effort where it has a QoS field, 3 slots, else DCF's 2.</summary>
    public long AifsNs(MacTiming timing) => timing.AifsNs(Control.IsQos ? 3 : 2);

    /// <summary>Whether it carries such a datagram, or a longer one.</summary>
    /// <param name="payload">Octets of UDP's.</param>
    public bool Carries(int payload) => IsUnicastData && Octets.Length > payload;

    /// <summary>All PPDUs of a capture at rates of 802.11a, b and g, in their order.</summary>
    public static List<OnAir> Read(string capture, Band band)
    {
        using var file = File.OpenRead(capture);
        var reader = new PcapngReader(file);
        List<OnAir> all = [];
        while (reader.Next() is { } frame)
        {
            Assert.That(FrameView.TryParse(frame.Octets, out var view), "a frame of 802.11");
            uint present = BinaryPrimitives.ReadUInt32LittleEndian(frame.Radiotap.AsSpan(4));
            Assert.That(present & PresentRate, Is.Not.Zero, $"frame {frame.Number}: these runs have legacy rates alone");
            int flags = 8 + ((present & PresentTsft) != 0 ? 8 : 0);
            var rate = PhyRate.Legacy(frame.Radiotap[flags + 1] * 5, (frame.Radiotap[flags] & ShortPreamble) != 0);
            long airtimeNs = Airtime.Ppdu(rate, frame.Octets.Length + FrameExchange.FcsOctets, band);
            all.Add(new OnAir(frame.TimeNs - airtimeNs, frame.TimeNs, rate, view.FrameControl,
                BinaryPrimitives.ReadUInt16LittleEndian(frame.Octets.AsSpan(2)), frame.Octets, (present & PresentSignal) != 0));
        }
        return all;
    }
}
