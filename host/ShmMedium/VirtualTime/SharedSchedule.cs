using ShmWifi.Linux;
using ShmWifi.RingBuffer;

namespace ShmWifi.ShmMedium.VirtualTime;

// 0x00 version u32 (2)      0x04 length u32      0x08 free until u64      0x10 current time u64      0x18 who runs u16      0x1a clients u16
// 0x1000 + n * 0x80 client n: 0x00 capabilities u32      0x04 flags u32      0x08 requested time u64      0x10 name u64

/// <summary>Memory that the calendar shares with one participant, in place of most messages.</summary>
/// <remarks>
/// <para>Each participant has its own, with itself as the only other client, so none sees or harms what is said to others; times in it are its own.
/// It writes all of it as it likes: what is read here is checked by <see cref="Calendar"/> as what a message says.</para>
/// <para>Where "who runs" names a client without the capability, a participant's requests come as messages, which wake the calendar.</para>
/// Source: linux include/uapi/linux/um_timetravel.h, struct um_timetravel_schedshm; arch/um/kernel/time.c.
/// </remarks>
internal sealed unsafe class SharedSchedule : IDisposable
{
    /// <summary>Of the participant among the clients: said to it when it is started.</summary>
    public const ushort ParticipantId = 1;

    private const int Size = 8192; // the header's page, and one of clients
    private const uint Version = 2;
    private const int Clients = 0x1000, ClientSize = 0x80;
    private const ushort CalendarId = 0, InterrupterId = 2, ClientCount = 3;
    private const uint SharesTime = 1; // a capability
    private const uint Requests = 1; // a flag

    private readonly SharedMemory _memory = SharedMemory.Create("time-travel", Size);

    /// <summary>Makes one.</summary>
    /// <exception cref="LibCException">No memory, or no descriptors are left.</exception>
    public SharedSchedule()
    {
        *(uint*)(_memory.Address + 0x04) = Size;
        *(ushort*)(_memory.Address + 0x1a) = ClientCount;
        Volatile.Write(ref *Client(InterrupterId), SharesTime);
        Volatile.Write(ref *(uint*)_memory.Address, Version);
    }

    /// <summary>To be sent to the participant: sealed against resizing.</summary>
    public int Descriptor => _memory.Descriptor;

    /// <summary>Whether the participant has said that it uses this; it does so before its first message after START is answered.</summary>
    public bool IsUsed => (Volatile.Read(ref *Client(ParticipantId)) & SharesTime) != 0;

    /// <summary>The participant's time, as it says.</summary>
    public ulong CurrentTime => Volatile.Read(ref *(ulong*)(_memory.Address + 0x10));

    /// <summary>When the participant wants to run; null: at no time.</summary>
    public ulong? RequestedTime
    {
        get
        {
            uint* client = Client(ParticipantId);
            return (Volatile.Read(ref client[1]) & Requests) != 0 ? Volatile.Read(ref *(ulong*)(client + 2)) : null;
        }
    }

    /// <summary>The participant runs as soon as it is told.</summary>
    public void SetRunning(ulong now, ulong freeUntil)
    {
        Volatile.Write(ref *(ulong*)(_memory.Address + 0x10), now);
        SetFreeUntil(freeUntil);
        SetWhoRuns(ParticipantId);
    }

    /// <summary>Before when the participant may advance its clock by itself.</summary>
    public void SetFreeUntil(ulong time) => Volatile.Write(ref *(ulong*)(_memory.Address + 0x08), time);

    /// <summary>The participant waits: what it wants from now on it says by messages.</summary>
    public void SetWaiting() => SetWhoRuns(CalendarId);

    /// <summary>The participant, which waits, is interrupted: what it wants for that it writes here, before it answers.</summary>
    public void SetInterrupted(ulong now)
    {
        Volatile.Write(ref *(ulong*)(_memory.Address + 0x10), now);
        SetWhoRuns(InterrupterId);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private void SetWhoRuns(ushort id) => Volatile.Write(ref *(ushort*)(_memory.Address + 0x18), id);

    private uint* Client(ushort id) => (uint*)(_memory.Address + Clients + (id * ClientSize));
}
