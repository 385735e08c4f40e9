using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.VirtualTime;

// 0x0 operation u32      0x4 sequence number u32      0x8 time u64, ns

/// <summary>A message between a calendar and a participant, either way: 16 bytes, in the byte order of the host.</summary>
/// <remarks>Source: linux include/uapi/linux/um_timetravel.h, struct um_timetravel_msg.</remarks>
/// <param name="Sequence">An ACK has that of what it answers.</param>
/// <param name="Time">ns, or what the operation says.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimeTravelMessage(TimeTravelOperation Operation, uint Sequence, ulong Time)
{
    /// <summary>Bytes.</summary>
    public const int Size = 16;

    /// <summary>Reads one.</summary>
    /// <param name="bytes"><see cref="Size"/> of them.</param>
    public static TimeTravelMessage Read(ReadOnlySpan<byte> bytes) => new(
        (TimeTravelOperation)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    /// <summary>Writes it.</summary>
    /// <param name="bytes">Room for <see cref="Size"/>.</param>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Operation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Time);
    }
}

/// <summary>What a message says.</summary>
/// <remarks>Source: linux include/uapi/linux/um_timetravel.h, enum um_timetravel_ops.</remarks>
internal enum TimeTravelOperation : uint
{
    /// <summary>Answers any other message, either way.</summary>
    Ack = 0,

    /// <summary>A participant is there; its time is an ID of its choice. It runs when this is answered.</summary>
    Start = 1,

    /// <summary>A participant wants to run at a time.</summary>
    Request = 2,

    /// <summary>A participant stops running.</summary>
    Wait = 3,

    /// <summary>A participant asks for the time.</summary>
    Get = 4,

    /// <summary>A participant that runs freely tells its time.</summary>
    Update = 5,

    /// <summary>The calendar lets a participant run.</summary>
    Run = 6,

    /// <summary>The calendar lets the one that runs advance its clock by itself, to before a time.</summary>
    FreeUntil = 7,

    /// <summary>A participant asks for the time of day, ns since 1970.</summary>
    GetTimeOfDay = 8,

    /// <summary>A participant tells all others something; the time is what.</summary>
    Broadcast = 9,
}
