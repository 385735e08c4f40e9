using System.Text;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Unit.Dot11;

/// <summary>Frames as they are on the medium, without FCS.</summary>
internal static class Frames
{
    public static readonly MacAddress Ap = MacAddress.Parse("02:00:00:00:01:00");
    public static readonly MacAddress Station = MacAddress.Parse("02:00:00:00:02:00");

    public static byte[] Beacon(string ssid = "ShmWifi") =>
        [.. Management(0x80, MacAddress.Broadcast, Ap), .. new byte[8], 100, 0, 0x31, 0x04, .. Ssid(ssid), 1, 4, 0x82, 0x84, 0x8b, 0x96, 3, 1, 6];

    public static byte[] ProbeRequest(string ssid) =>
        [.. Management(0x40, MacAddress.Broadcast, Station), 1, 4, 0x82, 0x84, 0x8b, 0x96, .. Ssid(ssid)];

    public static byte[] AssociationRequest(string ssid) =>
        [.. Management(0x00, Ap, Station), 0x31, 0x04, 5, 0, .. Ssid(ssid)];

    public static byte[] ReassociationRequest(string ssid) =>
        [.. Management(0x20, Ap, Station), 0x31, 0x04, 5, 0, .. Octets(Ap), .. Ssid(ssid)];

    /// <summary>Station to AP, TID 3, 64 frames, immediate BlockAck with A-MSDU.</summary>
    public static byte[] AddbaRequest => [.. Management(0xd0, Ap, Station), 3, 0, 7, 0x0f, 0x10, 0, 0, 0x10, 0x20];

    /// <summary>The answer to it.</summary>
    public static byte[] AddbaResponse => [.. Management(0xd0, Station, Ap), 3, 1, 7, 0, 0, 0x0f, 0x10, 0, 0];

    /// <summary>The AP, which is the recipient, ends it.</summary>
    public static byte[] Delba => [.. Management(0xd0, Station, Ap), 3, 2, 0x00, 0x30, 37, 0];

    public static byte[] Ack() => [0xd4, 0x00, 0, 0, .. Octets(Station)];

    public static byte[] Rts() => [0xb4, 0x00, 0, 0, .. Octets(Ap), .. Octets(Station)];

    public static byte[] PsPoll() => [0xa4, 0x00, 0x01, 0xc0, .. Octets(Ap), .. Octets(Station)];

    /// <summary>Station to AP, TID 5, LLC/SNAP and an EtherType.</summary>
    public static byte[] QosData(ushort etherType = 0x0800, byte flags = 0x01, params ReadOnlySpan<byte> payload) =>
    [
        0x88, flags, 0x2c, 0x00, .. Octets(Ap), .. Octets(Station), .. Octets(Ap), 0x30, 0x12, 0x05, 0x00,
        0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, (byte)(etherType >> 8), (byte)etherType, .. payload,
    ];

    /// <summary>EAPOL-Key; a nonce of ones, or of zeros and then no key data.</summary>
    public static byte[] EapolKey(ushort keyInformation, bool nonce, byte descriptor = 2)
    {
        byte[] keyData = nonce ? [0x30, 0x14, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 2, 0, 0] : [];
        return QosData(
            0x888e,
            0x01,
            [
                2, 3, 0, (byte)(95 + keyData.Length), descriptor, (byte)(keyInformation >> 8), (byte)keyInformation, 0, 16, .. new byte[8],
                .. Enumerable.Repeat((byte)(nonce ? 1 : 0), 32), .. new byte[49], (byte)keyData.Length, .. keyData,
            ]);
    }

    public static byte[] Octets(MacAddress address)
    {
        byte[] octets = new byte[MacAddress.Length];
        address.CopyTo(octets);
        return octets;
    }

    private static byte[] Management(byte frameControl, MacAddress receiver, MacAddress transmitter) =>
        [frameControl, 0x00, 0, 0, .. Octets(receiver), .. Octets(transmitter), .. Octets(Ap), 0x30, 0x12];

    private static byte[] Ssid(string ssid) => [0, (byte)Encoding.UTF8.GetByteCount(ssid), .. Encoding.UTF8.GetBytes(ssid)];
}
