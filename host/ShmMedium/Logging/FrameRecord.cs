using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>What a line about a frame needs, copied out of the frame: the sender's slot is free at once.</summary>
internal struct FrameRecord
{
    private const int MaxSsidLength = 32;

    private SsidOctets _ssid;
    private int _ssidLength;

    /// <summary>When the host took it, ns since 1970.</summary>
    public long UnixNs { get; private init; }

    /// <summary>The sending VM.</summary>
    public string Vm { get; private init; }

    /// <summary>Its radio.</summary>
    public string Radio { get; private init; }

    /// <summary>Octets, without FCS.</summary>
    public int Length { get; private init; }

    /// <summary>MHz.</summary>
    public uint FreqMhz { get; private init; }

    /// <summary>Signal at those who received it, dBm; null: nobody did.</summary>
    public sbyte? SignalDbm { get; private init; }

    /// <summary>False: not of a protocol version that 802.11 has; what follows is empty then.</summary>
    public bool IsValid { get; private set; }

    /// <summary>Type, subtype and flags.</summary>
    public FrameControl FrameControl { get; private set; }

    /// <summary>RA.</summary>
    public MacAddress? Receiver { get; private set; }

    /// <summary>TA.</summary>
    public MacAddress? Transmitter { get; private set; }

    /// <summary>The BSS, where the frame tells.</summary>
    public MacAddress? Bssid { get; private set; }

    /// <summary>Whether it was acknowledged; null: nobody shall.</summary>
    public bool? IsAcked { get; private set; }

    /// <summary>It was not acknowledged as its receiver had no room for it.</summary>
    public bool HasNoRoom { get; private init; }

    /// <summary>An EAPOL packet in the clear.</summary>
    public bool IsEapol { get; private set; }

    /// <summary>Which message of the 4-way handshake, 1..4.</summary>
    public int? FourWayMessage { get; private set; }

    /// <summary>Whether the frame has an SSID element.</summary>
    public readonly bool HasSsid => _ssidLength >= 0;

    /// <summary>0..32 octets.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Ssid => ((ReadOnlySpan<byte>)_ssid)[..Math.Max(0, _ssidLength)];

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">Its octets, or the first of them, in memory that no guest can change meanwhile.</param>
    /// <param name="length">Octets of the whole frame.</param>
    /// <param name="unixNs">When, ns since 1970.</param>
    /// <param name="freqMhz">MHz.</param>
    /// <param name="signalDbm">Signal at those who received it, dBm; null: nobody did.</param>
    /// <param name="isAcked">Whether it was acknowledged, if it asks for that.</param>
    /// <param name="hasNoRoom">It was not as its receiver had no room for it.</param>
    public static FrameRecord Of(ReadOnlySpan<byte> frame, int length, string vm, string radio, long unixNs, uint freqMhz, sbyte? signalDbm,
        bool isAcked, bool hasNoRoom)
    {
        var record = new FrameRecord
        {
            Vm = vm,
            Radio = radio,
            UnixNs = unixNs,
            Length = length,
            FreqMhz = freqMhz,
            SignalDbm = signalDbm,
            HasNoRoom = hasNoRoom,
            _ssidLength = -1,
        };
        if (!FrameView.TryParse(frame, out var view))
            return record;
        record.IsValid = true;
        record.FrameControl = view.FrameControl;
        record.Receiver = view.Receiver;
        record.Transmitter = view.Transmitter;
        record.Bssid = view.Bssid;
        bool wantsAck = !view.IsGroupAddressed
            && view.FrameControl is { Type: FrameType.Management or FrameType.Data, Subtype: not FrameSubtype.ActionNoAck };
        record.IsAcked = wantsAck ? isAcked : null;
        record.IsEapol = view.IsEapol;
        record.FourWayMessage = view.FourWayMessage;
        if (view.TryGetSsid(out var ssid))
        {
            record._ssidLength = ssid.Length;
            ssid.CopyTo(record._ssid);
        }
        return record;
    }

    [InlineArray(MaxSsidLength)]
    private struct SsidOctets
    {
        private byte _first;
    }
}
