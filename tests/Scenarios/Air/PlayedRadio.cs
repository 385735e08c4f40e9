using ShmWifi.Dot11;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Scenarios.Air;

/// <summary>A radio of a <see cref="PlayedVm"/>, and what it sent and heard.</summary>
/// <param name="number">The port's number for it.</param>
/// <param name="station">The number in its address.</param>
internal sealed unsafe class PlayedRadio(ushort number, byte station)
{
    private const byte RetryBit = 0x08; // of the second octet of Frame Control: IEEE 802.11-2020 figure 9-2

    private readonly uint[] _latestOf = new uint[256]; // number + 1, by transmitter

    /// <summary>The port's number for it.</summary>
    public ushort Number => number;

    /// <summary>The number in its address.</summary>
    public byte Station => station;

    /// <summary>Frames that it sent.</summary>
    public long Sent { get; set; }

    /// <summary>Of its frames, those whose status came.</summary>
    public long Statuses => Acked + NotAcked;

    /// <summary>Those that were acknowledged.</summary>
    public long Acked { get; private set; }

    /// <summary>Those that nobody acknowledged.</summary>
    public long NotAcked { get; private set; }

    /// <summary>Attempts that the statuses tell of.</summary>
    public long Attempts { get; private set; }

    /// <summary>Frames that it heard, without duplicates.</summary>
    public long Heard { get; private set; }

    /// <summary>Frames that it heard again, with the retry bit, as their acknowledgement was lost.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Takes how long each frame was under way; null: nobody wants to know.</summary>
    public FrameLags? Lags { get; set; }

    /// <summary>Signal of the latest frame, dBm.</summary>
    public int LatestSignalDbm { get; private set; }

    /// <summary>Counts what became of a frame.</summary>
    /// <param name="status">TX_STATUS.</param>
    public void CountStatus(in RxDescriptor status)
    {
        if ((status.Flags & TxFlags.Acked) != TxFlags.None)
            Acked++;
        else
            NotAcked++;
        for (int link = 0; link < TxRate.ChainLength && (sbyte)(status.Rates >> (16 * link)) >= 0; link++)
            Attempts += (byte)(status.Rates >> ((16 * link) + 8));
    }

    /// <summary>Counts a frame that came.</summary>
    /// <param name="frame">FRAME.</param>
    /// <param name="bytes">Its first byte.</param>
    /// <param name="nowNs">When it was taken.</param>
    public void CountFrame(in RxDescriptor frame, byte* bytes, ulong nowNs)
    {
        LatestSignalDbm = frame.SignalDbm;
        if (Lags is { } lags)
        {
            lags.ToRing.Add((long)(frame.PostedNs - frame.CapturedNs));
            lags.ToService.Add((long)(nowNs - frame.CapturedNs));
        }
        ref uint latest = ref _latestOf[bytes[RelayFrame.TransmitterOffset]];
        uint next = RelayFrame.NumberOf(bytes) + 1;
        if ((bytes[1] & RetryBit) != 0 && next == latest)
        {
            Duplicates++;
            return;
        }
        latest = next;
        Heard++;
    }
}
