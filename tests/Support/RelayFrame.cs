using System.Runtime.CompilerServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Support;

/// <summary>The frames that are relayed: 802.11 data frames between numbered stations, whose bodies tell whether they are whole.</summary>
/// <remarks>0 MAC header, 24 number u32, 28 a pattern, length - 4 the number again. The lower half of QoS data's is QoS Control.</remarks>
internal static unsafe class RelayFrame
{
    /// <summary>Bytes of the smallest.</summary>
    public const int MinLength = 64;

    /// <summary>Bytes of the largest: an MSDU of 2304.</summary>
    public const int MaxLength = 2304;

    /// <summary>Every station.</summary>
    public const byte Everyone = 0xff;

    /// <summary>Offset of the last octet of the receiver address, which tells a relay where to.</summary>
    public const int ReceiverOffset = 9;

    /// <summary>Offset of the last octet of the transmitter address.</summary>
    public const int TransmitterOffset = 15;

    private const int BodyOffset = 28;
    private const byte QosBit = 0x80; // of the subtype
    private const ulong DataToStation = 0x0000_0002_0000_0008; // frame control, duration, 02:00:00:00
    private const ulong DataToEveryone = 0xffff_ffff_0000_0008;
    private static readonly byte[] Pattern = MakePattern();

    /// <summary>02:00:00:00:00:station.</summary>
    /// <param name="station">Below <see cref="Everyone"/>.</param>
    public static MacAddress AddressOf(byte station) => new(0x0200_0000_0000UL | station);

    /// <summary>Writes a frame.</summary>
    /// <param name="length">Its bytes, <see cref="MinLength"/> to <see cref="MaxLength"/>.</param>
    /// <param name="receiver">A station or <see cref="Everyone"/>.</param>
    /// <param name="isQos">QoS data of TID 0, whose number is 65,536 times what was asked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* frame, int length, uint number, byte receiver, byte transmitter, bool isQos = false)
    {
        bool isGroup = receiver == Everyone;
        Unsafe.WriteUnaligned(frame, isGroup ? DataToEveryone : DataToStation);
        Unsafe.WriteUnaligned(frame + 8, (isGroup ? 0xffffUL : (ulong)receiver << 8) | 0x0000_0000_0002_0000 | ((ulong)transmitter << 56));
        Unsafe.WriteUnaligned(frame + 16, 0x0000_0000_0000_0002 | ((ulong)transmitter << 40));
        if (isQos)
        {
            frame[0] |= QosBit;
            Unsafe.WriteUnaligned(frame + 22, (ushort)(number << 4)); // Sequence Control
            number <<= 16;
        }
        Unsafe.WriteUnaligned(frame + 24, number);
        new ReadOnlySpan<byte>(Pattern, 0, length - BodyOffset - sizeof(uint)).CopyTo(new Span<byte>(frame + BodyOffset, length));
        Unsafe.WriteUnaligned(frame + length - sizeof(uint), number);
    }

    /// <summary>Which frame it is.</summary>
    /// <param name="frame">Its first byte.</param>
    public static uint NumberOf(byte* frame) => Unsafe.ReadUnaligned<uint>(frame + 24);

    /// <summary>Reads all of a frame and checks it.</summary>
    /// <param name="frame">Its first byte.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="number">Which one must come.</param>
    /// <exception cref="LabException">Another one came, or it was changed on the way.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(byte* frame, int length, uint number)
    {
        uint first = Unsafe.ReadUnaligned<uint>(frame + 24);
        uint last = Unsafe.ReadUnaligned<uint>(frame + length - sizeof(uint));
        int body = length - BodyOffset - sizeof(uint);
        if (first != number || last != number
            || !new ReadOnlySpan<byte>(frame + BodyOffset, body).SequenceEqual(new ReadOnlySpan<byte>(Pattern, 0, body)))
            throw new LabException(
                $"relay: frame {number} was to come; what came says {first} at its start and {last} at its end: frames are lost or torn");
    }

    private static byte[] MakePattern()
    {
        byte[] pattern = new byte[MaxLength];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)(i * 7);
        return pattern;
    }
}
