using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Cli.Diff;

/// <summary>A part of a frame.</summary>
/// <param name="Offset">From the frame's first octet.</param>
/// <param name="Name">As the standard calls it.</param>
/// <param name="Note">Where it is known: why it may differ from run to run; else empty.</param>
internal sealed record FrameField(int Offset, int Length, string Name, string Note = "");

/// <summary>Which octets of a frame are what, and which of them come of random numbers.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 9.2 and 9.3 (headers), 9.3.3.2 and 9.4.2 (beacons, elements), 9.3.3.11 and 12.4 (authentication, SAE),
/// 12.5.3.2 (CCMP), 12.7.2 (EAPOL-Key); RFC 791, 9293, 2131.</remarks>
internal static class FrameFields
{
    private const string Random = "a random number of the sender's: were all guests given the same SEED?";
    private const string OfKey = "what is encrypted or signed differs when keys do, which are made of random numbers";
    private const string Follows = "follows from what else differs";
    private const byte SaeAlgorithm = 3, Tcp = 6, Udp = 17, Icmp = 1;
    private const int LlcLength = 8;

    private static ReadOnlySpan<byte> Eapol => [0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e];

    private static ReadOnlySpan<byte> Ipv4 => [0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0];

    /// <summary>The fields, in order, without gaps, to the frame's end.</summary>
    /// <param name="frame">Any octets.</param>
    public static List<FrameField> Of(ReadOnlySpan<byte> frame)
    {
        if (!FrameView.TryParse(frame, out var view))
            return [new(0, frame.Length, "octets of no known form")];
        List<FrameField> fields = [];
        var next = new Cursor(fields, frame.Length);
        Header(next, view);
        var control = view.FrameControl;
        if (control.Protected)
        {
            next.Take(8, "CCMP Header: packet number and key ID", Follows);
            next.Rest("encrypted data and MIC", OfKey);
        }
        else if (view.FragmentNumber is > 0)
        {
            next.Rest("rest of a fragmented body");
        }
        else if (control.Type == FrameType.Data)
        {
            DataBody(next, view.Body);
        }
        else
        {
            ManagementBody(next, view);
        }
        next.Rest("body");
        return fields;
    }

    private static void Header(Cursor next, FrameView view)
    {
        var control = view.FrameControl;
        int end = view.HeaderLength;
        next.Take(2, "Frame Control");
        next.Take(2, "Duration/ID");
        foreach (string name in (string[])["Address 1", "Address 2", "Address 3"])
            next.TakeBefore(end, 6, name);
        if (control.Type is FrameType.Management or FrameType.Data)
            next.TakeBefore(end, 2, "Sequence Control");
        if (control is { Type: FrameType.Data, ToDs: true, FromDs: true })
            next.TakeBefore(end, 6, "Address 4");
        if (control.IsQos)
            next.TakeBefore(end, 2, "QoS Control");
        next.TakeBefore(end, 4, control.HtControl ? "HT Control" : "header");
    }

    private static void ManagementBody(Cursor next, FrameView view)
    {
        var body = view.Body;
        switch (view.FrameControl.Subtype)
        {
            case FrameSubtype.Beacon or FrameSubtype.ProbeResponse:
                next.Take(8, "Timestamp: the TSF of the BSS");
                next.Take(2, "Beacon Interval");
                next.Take(2, "Capability Information");
                break;
            case FrameSubtype.AssociationRequest:
                next.Take(2, "Capability Information");
                next.Take(2, "Listen Interval");
                break;
            case FrameSubtype.AssociationResponse or FrameSubtype.ReassociationResponse:
                next.Take(2, "Capability Information");
                next.Take(2, "Status Code");
                next.Take(2, "AID");
                break;
            case FrameSubtype.Authentication:
                next.Take(2, "Authentication Algorithm");
                next.Take(2, "Authentication Transaction Sequence");
                next.Take(2, "Status Code");
                if (body.Length > 2 && body[0] == SaeAlgorithm)
                    next.Rest("SAE fields: scalar, element, confirm", Random);
                return;
            case FrameSubtype.Action or FrameSubtype.ActionNoAck:
                next.Take(1, "Category");
                next.Take(1, "Action");
                return;
            case FrameSubtype.Disassociation or FrameSubtype.Deauthentication:
                next.Take(2, "Reason Code");
                return;
            case FrameSubtype.BlockAck:
                next.Take(2, "BA Control");
                next.Take(2, "Starting Sequence Control");
                next.Rest("Block Ack Bitmap");
                return;
        }
        foreach (var element in view.Elements)
            next.Take(2 + element.Content.Length, element.Id == 0 ? "element 0: SSID" : $"element {element.Id}");
    }

    private static void DataBody(Cursor next, ReadOnlySpan<byte> body)
    {
        next.Take(LlcLength, "LLC/SNAP header");
        if (body.StartsWith(Eapol))
            EapolKey(next, body[LlcLength..]);
        else if (body.StartsWith(Ipv4))
            Packet(next, body[LlcLength..]);
        next.Rest("data");
    }

    private static void EapolKey(Cursor next, ReadOnlySpan<byte> eapol)
    {
        const int Type = 1, Key = 3;
        next.Take(4, "EAPOL header");
        if (eapol.Length < 2 || eapol[Type] != Key)
            return;
        next.Take(1, "EAPOL-Key: Descriptor Type");
        next.Take(2, "EAPOL-Key: Key Information");
        next.Take(2, "EAPOL-Key: Key Length");
        next.Take(8, "EAPOL-Key: Key Replay Counter");
        next.Take(32, "EAPOL-Key: Key Nonce", Random);
        next.Take(16, "EAPOL-Key: EAPOL-Key IV", Random);
        next.Take(8, "EAPOL-Key: Key RSC");
        next.Take(8, "EAPOL-Key: reserved");
        next.Take(16, "EAPOL-Key: Key MIC", OfKey);
        next.Take(2, "EAPOL-Key: Key Data Length");
        next.Rest("EAPOL-Key: Key Data", OfKey);
    }

    private static void Packet(Cursor next, ReadOnlySpan<byte> packet)
    {
        next.Take(4, "IPv4: version, DSCP, Total Length");
        next.Take(2, "IPv4: Identification", Random);
        next.Take(4, "IPv4: fragment, TTL, Protocol");
        next.Take(2, "IPv4: Header Checksum", Follows);
        next.Take(8, "IPv4: addresses");
        int header = packet.IsEmpty ? 0 : (packet[0] & 0xf) * 4;
        if (header < 20 || packet.Length <= header)
            return;
        next.Take(header - 20, "IPv4: options");
        switch (packet[9])
        {
            case Tcp:
                next.Take(4, "TCP: ports");
                next.Take(8, "TCP: sequence and acknowledgment numbers", Random);
                next.Take(4, "TCP: flags, window");
                next.Take(2, "TCP: checksum", Follows);
                next.Rest("TCP: options, data");
                break;
            case Udp:
                next.Take(6, "UDP: ports, length");
                next.Take(2, "UDP: checksum", Follows);
                next.Rest(IsDhcp(packet[header..]) ? "DHCP message" : "UDP: data", IsDhcp(packet[header..]) ? Random : "");
                break;
            case Icmp:
                next.Take(2, "ICMP: type, code");
                next.Take(2, "ICMP: checksum", Follows);
                next.Take(4, "ICMP: identifier, sequence number");
                next.Rest("ICMP: data");
                break;
        }
    }

    private static bool IsDhcp(ReadOnlySpan<byte> udp) => udp.Length >= 4
        && (BinaryPrimitives.ReadUInt16BigEndian(udp), BinaryPrimitives.ReadUInt16BigEndian(udp[2..])) is (67, 68) or (68, 67);

    /// <summary>Hands out a frame's octets from the front.</summary>
    private sealed class Cursor(List<FrameField> fields, int end)
    {
        private int _at;

        public void Take(int length, string name, string note = "")
        {
            length = Math.Min(length, end - _at);
            if (length <= 0)
                return;
            fields.Add(new(_at, length, name, note));
            _at += length;
        }

        public void TakeBefore(int limit, int length, string name) => Take(Math.Min(length, limit - _at), name);

        public void Rest(string name, string note = "") => Take(end - _at, name, note);
    }
}
