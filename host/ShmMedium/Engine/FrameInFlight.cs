using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

/// <summary>A frame on its way through the medium: what was copied of its slot's header, and where its bytes are.</summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct FrameInFlight
{
    /// <summary>Who sends it.</summary>
    public Radio Sender;

    /// <summary>The first byte of the 802.11 frame: in the sender's TX slot, or in the engine's own memory.</summary>
    public byte* Bytes;

    /// <summary>The TX slot's index; of no meaning when <see cref="IsHeld"/>.</summary>
    public uint Slot;

    /// <summary>Bytes, without FCS.</summary>
    public uint Length;

    /// <summary>MHz.</summary>
    public uint FreqMhz;

    /// <summary>The frame lies in the engine's own memory, and has waited there.</summary>
    public bool IsHeld;

    /// <summary>It waits for the end of a delay to order, not for its turn on the air.</summary>
    public bool IsDelayed;

    /// <summary>The strongest signal that a radio heard it with so far, dBm; 0: none did.</summary>
    public sbyte HeardDbm;

    /// <summary>hwsim's.</summary>
    public TxFlags Flags;

    /// <summary>Address 1.</summary>
    public MacAddress Receiver;

    /// <summary>hwsim's.</summary>
    public ulong Cookie;

    /// <summary>When the guest's service took it from hwsim, host clock, ns.</summary>
    public ulong CapturedNs;

    /// <summary>When the host took it, CLOCK_MONOTONIC, ns.</summary>
    public ulong TakenNs;

    /// <summary>hwsim_tx_rate[4].</summary>
    public ulong Rates;

    /// <summary>hwsim_tx_rate_flag[4], first eight bytes.</summary>
    public ulong RateFlagsLow;

    /// <summary>hwsim_tx_rate_flag[4], last four bytes.</summary>
    public uint RateFlagsHigh;

    /// <summary>The frame.</summary>
    public readonly ReadOnlySpan<byte> Span => new(Bytes, (int)Length);
}
