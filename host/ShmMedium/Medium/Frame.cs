using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>A frame on its way through the host: what was copied of its slot's header, and where its bytes are.</summary>
/// <remarks>The one form that mediums, delivery and taps share. The bytes stay an adversary's: the sender may change them at any time.</remarks>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct Frame
{
    /// <summary>Who sends it.</summary>
    public Radio Sender;

    /// <summary>The first byte of the 802.11 frame: in the sender's TX slot, or in the host's own memory.</summary>
    public byte* Bytes;

    /// <summary>The TX slot's index; of no meaning when <see cref="IsHeld"/>.</summary>
    public uint Slot;

    /// <summary>Bytes, without FCS.</summary>
    public uint Length;

    /// <summary>MHz.</summary>
    public uint FreqMhz;

    /// <summary>Of the channel, as far as the sender's guest told when the host took it.</summary>
    public ChannelSpacing Spacing;

    /// <summary>The frame lies in the host's own memory (<see cref="HeldFrames"/>), in no slot.</summary>
    public bool IsHeld;

    /// <summary>It was taken by another engine, which did not come to sending it.</summary>
    public bool IsInherited;

    /// <summary>hwsim's.</summary>
    public TxFlags Flags;

    /// <summary>Address 1.</summary>
    public MacAddress Receiver;

    /// <summary>Address 2; none where the frame has none (Ack, CTS).</summary>
    public MacAddress Transmitter;

    /// <summary>hwsim's; names the frame to its radio.</summary>
    public ulong Cookie;

    /// <summary>When the guest took it from hwsim, host clock, ns; 0: not known.</summary>
    public ulong CapturedNs;

    /// <summary>When the host took it, CLOCK_MONOTONIC, ns.</summary>
    public ulong TakenNs;

    /// <summary>The rates to send it at.</summary>
    public RetryChain Chain;

    /// <summary>What it is sent at in place of those; null: those.</summary>
    public DataRate? DataRate;

    /// <summary>The frame.</summary>
    public readonly ReadOnlySpan<byte> Span => new(Bytes, (int)Length);

    /// <summary>Copies the bytes out of the sender's reach, with the addresses that were checked, whatever it wrote there since.</summary>
    /// <param name="copy">Has room for <see cref="Length"/> bytes.</param>
    public readonly void CopyTo(byte* copy)
    {
        Buffer.MemoryCopy(Bytes, copy, Length, Length);
        Receiver.CopyTo(new Span<byte>(copy + FrameView.Addr1Offset, MacAddress.Length));
        if (Length >= FrameView.Addr2Offset + MacAddress.Length)
            Transmitter.CopyTo(new Span<byte>(copy + FrameView.Addr2Offset, MacAddress.Length));
    }
}
