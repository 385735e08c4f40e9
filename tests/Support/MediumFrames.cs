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
