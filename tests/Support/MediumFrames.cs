using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Support;

/// <summary>Data frames whose body tells where they come from and whether they are whole.</summary>
internal static class MediumFrames
{
    /// <summary>Bytes of the MAC header.</summary>
    public const int HeaderLength = 24;

    /// <summary>02:00:00:00:vm:radio.</summary>
    public static MacAddress Address(int vm, int radio = 0) => new(0x0200_0000_0000UL | ((ulong)vm << 8) | (uint)radio);

    /// <summary>A data frame.</summary>
    public static byte[] Data(MacAddress receiver, MacAddress transmitter, params ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[HeaderLength + body.Length];
        frame[0] = 0x08;
        receiver.CopyTo(frame.AsSpan(4));
        transmitter.CopyTo(frame.AsSpan(10));
        receiver.CopyTo(frame.AsSpan(16));
        body.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>QoS data.</summary>
    /// <param name="sequence">Its sequence number; counted modulo 4096.</param>
    public static byte[] QosData(MacAddress receiver, MacAddress transmitter, byte tid, int sequence, int bodyLength)
    {
        byte[] frame = Data(receiver, transmitter, [tid, 0, .. new byte[bodyLength]]);
        frame[0] = 0x88;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(22), (ushort)(sequence << 4));
        return frame;
    }

    /// <summary>An Action frame.</summary>
    /// <param name="body">From the category on.</param>
    public static byte[] Action(MacAddress receiver, MacAddress transmitter, params ReadOnlySpan<byte> body)
    {
        byte[] frame = Data(receiver, transmitter, body);
        frame[0] = 0xd0;
        return frame;
    }

    /// <summary>An ADDBA Request for a buffer of 64 frames.</summary>
    public static byte[] AddbaRequest(MacAddress receiver, MacAddress transmitter, byte tid) =>
        Action(receiver, transmitter, 3, 0, 7, (byte)((tid << 2) | 3), 0x10, 0, 0, 0, 0);

    /// <summary>The ADDBA Response that accepts it.</summary>
    public static byte[] AddbaResponse(MacAddress receiver, MacAddress transmitter, byte tid) =>
        Action(receiver, transmitter, 3, 1, 7, 0, 0, (byte)((tid << 2) | 3), 0x10, 0, 0);

    /// <summary>A data frame whose body is a sequence number, bytes that follow from it, and a checksum of all.</summary>
    public static byte[] Numbered(MacAddress receiver, MacAddress transmitter, uint number, int bodyLength)
    {
        byte[] frame = Data(receiver, transmitter, new byte[bodyLength]);
        var body = frame.AsSpan(HeaderLength);
        BinaryPrimitives.WriteUInt32LittleEndian(body, number);
        for (int i = 4; i < bodyLength - 4; i++)
            body[i] = (byte)(number + i);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(^4), Checksum(frame.AsSpan(..^4)));
        return frame;
    }

    /// <summary>The number of a frame of <see cref="Numbered"/>; null: it is torn.</summary>
    public static uint? NumberOf(ReadOnlySpan<byte> frame) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[^4..]) == Checksum(frame[..^4])
            ? BinaryPrimitives.ReadUInt32LittleEndian(frame[HeaderLength..])
            : null;

    // FNV-1a
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 16777619;
        return hash;
    }
}
