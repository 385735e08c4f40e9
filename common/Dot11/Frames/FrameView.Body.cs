using System.Buffers.Binary;

namespace ShmWifi.Dot11.Frames;

/// <content>What the body tells: the name of the network, and the handshake that keys it.</content>
public readonly ref partial struct FrameView
{
    private const byte SsidElement = 0;
    private const int MaxSsidLength = 32;

    private const int BeaconIntervalOffset = 8; // after Timestamp
    private const int CapabilityOffset = BeaconIntervalOffset + 2;
    private const int BeaconFixedLength = CapabilityOffset + 2;
    private const byte CapabilityEss = 1, CapabilityIbss = 2;

    private const byte EapolTypeKey = 3;
    private const byte DescriptorRsn = 2;
    private const byte DescriptorWpa = 254;
    private const int EapolHeader = 4;
    private const int NonceOffset = EapolHeader + 1 + 2 + 2 + 8; // descriptor type, key information, key length, replay counter
    private const int NonceLength = 32;
    private const int KeyTypePairwise = 1 << 3;
    private const int KeyAck = 1 << 7;
    private const int KeyMic = 1 << 8;
    private const int KeyRequest = 1 << 11;

    private static ReadOnlySpan<byte> EapolLlc => [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x88, 0x8e];

    /// <summary>Of an access point's beacon: how often it sends one, time units of 1024 µs; null: any other frame, or of a mesh.</summary>
    /// <remarks>Beacon Interval, where Capability Information has ESS and not IBSS.
    /// Source: IEEE 802.11-2020 clauses 9.3.3.2, 9.4.1.3 and 9.4.1.4.</remarks>
    public int? ApBeaconInterval => FrameControl.Subtype == FrameSubtype.Beacon && Body is { Length: >= BeaconFixedLength } body
        && (body[CapabilityOffset] & (CapabilityEss | CapabilityIbss)) == CapabilityEss
            ? BinaryPrimitives.ReadUInt16LittleEndian(body[BeaconIntervalOffset..])
            : null;

    /// <summary>An EAPOL packet in the clear: LLC/SNAP with EtherType 88-8e, in a data frame that is neither protected nor an A-MSDU.</summary>
    public bool IsEapol => FrameControl is { CarriesData: true, Protected: false }
        && FragmentNumber == 0
        && (QosControl & 0x80) is null or 0
        && Body.StartsWith(EapolLlc);

    /// <summary>Which message of the 4-way handshake this is, 1..4; null for any other frame.</summary>
    /// <remarks>Message 4 is told from 2 by its nonce, which is zero: WPA sets no Secure bit, and the place of what follows
    /// the nonce depends on the AKM. Source: IEEE 802.11-2020 clauses 12.7.2 and 12.7.6.</remarks>
    public int? FourWayMessage
    {
        get
        {
            if (!IsEapol) return null;

            var eapol = Body[EapolLlc.Length..];
            if (eapol.Length < NonceOffset + NonceLength) return null;
            if (eapol[1] != EapolTypeKey || eapol[EapolHeader] is not (DescriptorRsn or DescriptorWpa)) return null;

            int keyInformation = BinaryPrimitives.ReadUInt16BigEndian(eapol[(EapolHeader + 1)..]);
            if ((keyInformation & (KeyTypePairwise | KeyRequest)) != KeyTypePairwise) return null;

            return (keyInformation & (KeyAck | KeyMic)) switch
            {
                KeyAck => 1,
                KeyAck | KeyMic => 3,
                KeyMic => eapol.Slice(NonceOffset, NonceLength).ContainsAnyExcept((byte)0) ? 2 : 4,
                _ => null,
            };
        }
    }

    /// <summary>Finds the SSID in a beacon, a probe request or response, an association or reassociation request.</summary>
    /// <param name="ssid">0..32 octets, most often UTF-8; none: any network (requests), or one that hides its name (beacons).</param>
    /// <returns>False: another frame, or one without a whole SSID element.</returns>
    public bool TryGetSsid(out ReadOnlySpan<byte> ssid)
    {
        ssid = default;
        foreach (var element in Elements)
        {
            if (element.Id != SsidElement)
                continue;
            if (element.Content.Length > MaxSsidLength) return false;
            ssid = element.Content;
            return true;
        }
        return false;
    }

    /// <summary>The elements of a beacon, of a probe or (re)association request or response; none in other frames, encrypted ones and
    /// fragments.</summary>
    public FrameElements Elements
    {
        get
        {
            int? fixedLength = FrameControl.Subtype switch
            {
                FrameSubtype.Beacon or FrameSubtype.ProbeResponse => BeaconFixedLength,
                FrameSubtype.ProbeRequest => 0,
                FrameSubtype.AssociationRequest => 2 + 2, // Capability Information, Listen Interval
                FrameSubtype.ReassociationRequest => 2 + 2 + MacAddress.Length, // and Current AP Address
                FrameSubtype.AssociationResponse or FrameSubtype.ReassociationResponse => 2 + 2 + 2, // Capability Information, Status Code, AID
                _ => null,
            };
            return fixedLength is not { } offset || FrameControl.Protected || FragmentNumber != 0 || Body.Length < offset
                ? default
                : new FrameElements(Body[offset..]);
        }
    }
}
