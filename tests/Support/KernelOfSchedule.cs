using ShmWifi.Lab;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.Tests.Support;

/// <summary>A participant's end of a schedule: by the kernel's header, include/uapi/linux/um_timetravel.h.</summary>
internal sealed unsafe class KernelOfSchedule : IDisposable
{
    private const uint TimeShare = 1, RequestToRun = 1; // UM_TIMETRAVEL_SCHEDSHM_CAP_TIME_SHARE, UM_TIMETRAVEL_SCHEDSHM_FLAGS_REQ_RUN
    private const uint Version = 2, Size = 8192;

    private readonly SharedMemory _memory;
    private readonly ulong _id;

    /// <summary>One of a schedule that is made for it.</summary>
    public KernelOfSchedule(bool isUsed = true)
        : this(new SharedSchedule(), isUsed)
    {
    }

    private KernelOfSchedule(SharedSchedule schedule, bool isUsed)
        : this(schedule.Descriptor, SharedSchedule.ParticipantId, isUsed) => Schedule = schedule;

    /// <summary>One of a schedule that a calendar has sent.</summary>
    /// <param name="descriptor">Of the schedule; stays the caller's.</param>
    /// <param name="id">The participant's among the clients.</param>
    /// <exception cref="LabException">It is not as the header has it.</exception>
    public KernelOfSchedule(int descriptor, ulong id, bool isUsed = true)
    {
        _memory = SharedMemory.Map(descriptor, Size, offset: 0, ownsDescriptor: false);
        _id = id;
        var (version, length, clients) = (*(uint*)_memory.Address, *(uint*)(_memory.Address + 4), *(ushort*)(_memory.Address + 26));
        if ((version, length) != (Version, Size) || clients <= id)
            throw new LabException($"a schedule of version {version}, {length} octets and {clients} clients");
        if (isUsed)
            Use();
    }

    /// <summary>The calendar's end; null: another process's, or a daemon's.</summary>
    public SharedSchedule? Schedule { get; }

    /// <summary>Before when it may run.</summary>
    public ulong FreeUntil => *(ulong*)(_memory.Address + 8);

    /// <summary>Its time.</summary>
    public ulong CurrentTime
    {
        get => *(ulong*)(_memory.Address + 16);
        set => *(ulong*)(_memory.Address + 16) = value;
    }

    /// <summary>Whether it may write its requests here: else it says them by messages.</summary>
    public bool RequestsHere => (*Client(*(ushort*)(_memory.Address + 24)) & TimeShare) != 0;

    /// <summary>It uses the schedule.</summary>
    public void Use() => *Client(_id) |= TimeShare;

    /// <summary>It wants to run.</summary>
    public void Request(ulong time)
    {
        uint* client = Client(_id);
        client[1] |= RequestToRun;
        *(ulong*)(client + 2) = time;
    }

    /// <summary>It runs.</summary>
    public void EndRequest() => Client(_id)[1] &= ~RequestToRun;

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        Schedule?.Dispose();
    }

    private uint* Client(ulong id) => (uint*)(_memory.Address + 4096 + (id * 128));
}
