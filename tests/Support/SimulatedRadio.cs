using ShmWifi.Dot11.Rates;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>Is told of a frame.</summary>
internal delegate void FrameListener(in RxDescriptor frame, ulong nowNs);

/// <summary>A radio of a <see cref="SimulatedGuest"/>, and what it sent and received.</summary>
/// <param name="station">Its number, in its address, of <see cref="RelayFrame"/>.</param>
internal sealed unsafe class SimulatedRadio(SimulatedGuest guest, ushort number, byte station)
{
    private const byte RetryBit = 0x08; // of the second octet of Frame Control: IEEE 802.11-2020 figure 9-2

    private const int RatesLength = 8; // hwsim_tx_rate[4]
    private const int RateFlagsLength = 12; // hwsim_tx_rate_flag[4]
    private readonly uint[] _latestOf = new uint[256]; // number + 1, by transmitter

    /// <summary>The port's number for it.</summary>
    public ushort Number => number;

    /// <summary>The number in its address.</summary>
    public byte Station => station;

    /// <summary>Frames that it sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Of its frames, those whose status came.</summary>
    public long Statuses => Acked + NotAcked;

    /// <summary>Those that were acknowledged.</summary>
    public long Acked { get; private set; }

    /// <summary>Those that nobody acknowledged.</summary>
    public long NotAcked { get; private set; }

    /// <summary>Attempts that the statuses tell of.</summary>
    public long Attempts { get; private set; }

    /// <summary>Frames that it received, without duplicates.</summary>
    public long Received { get; private set; }

    /// <summary>Frames that it received again, with the retry bit, as their acknowledgement was lost.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Is told of each frame, duplicates too; null: nobody wants to know.</summary>
    public FrameListener? Listener { get; set; }

    /// <summary>Signal of the latest frame, dBm.</summary>
    public int LatestSignalDbm { get; private set; }

    /// <summary>Sends the next frame if there is room; it waits for <see cref="SimulatedGuest.Flush"/>.</summary>
    /// <param name="receiver">A station or <see cref="RelayFrame.Everyone"/>, to whom frames go without acknowledgement.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="isQos">QoS data of TID 0.</param>
    public bool TrySend(
        byte receiver, int length, uint freqMhz, TxFlags flags, ReadOnlySpan<byte> rates, ReadOnlySpan<byte> rateFlags, bool isQos = false)
    {
        var slot = guest.Claim();
        if (slot is null)
            return false;
        *slot = new TxSlotHeader
        {
            Kind = RingKind.Frame,
            Flags = (byte)(receiver == RelayFrame.Everyone ? TxFlags.NoAck : flags),
            Radio = number,
            Length = (uint)length,
            Offset = Abi.SlotHeaderSize,
            FreqMhz = freqMhz,
            Cookie = (ulong)Sent,
            CapturedNs = (ulong)MonotonicClock.NowNs,
        };
        rates.CopyTo(new Span<byte>(slot->Rates, RatesLength));
        rateFlags.CopyTo(new Span<byte>(slot->RateFlags, RateFlagsLength));
        RelayFrame.Write((byte*)slot + Abi.SlotHeaderSize, length, (uint)Sent, receiver, station, isQos);
        Sent++;
        return true;
    }

    /// <summary>Counts the outcome of a frame.</summary>
    public void CountStatus(in RxDescriptor status)
    {
        if ((status.Flags & TxFlags.Acked) != TxFlags.None)
            Acked++;
        else
            NotAcked++;
        for (int link = 0; link < TxRates.MaxCount && (sbyte)(status.Rates >> (16 * link)) >= 0; link++)
            Attempts += (byte)(status.Rates >> ((16 * link) + 8));
    }

    /// <summary>Counts a frame that came.</summary>
    /// <param name="bytes">Its first byte.</param>
    public void CountFrame(in RxDescriptor frame, byte* bytes, ulong nowNs)
    {
        LatestSignalDbm = frame.SignalDbm;
        Listener?.Invoke(in frame, nowNs);
        ref uint latest = ref _latestOf[bytes[RelayFrame.TransmitterOffset]];
        uint next = RelayFrame.NumberOf(bytes) + 1;
        if ((bytes[1] & RetryBit) != 0 && next == latest)
        {
            Duplicates++;
            return;
        }
        latest = next;
        Received++;
    }
}
