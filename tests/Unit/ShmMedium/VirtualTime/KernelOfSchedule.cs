using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.Tests.Unit.ShmMedium.VirtualTime;

/// <summary>A schedule and its participant's end: by the kernel's header, include/uapi/linux/um_timetravel.h.</summary>
internal sealed unsafe class KernelOfSchedule : IDisposable
{
    private const uint TimeShare = 1, RequestToRun = 1; // UM_TIMETRAVEL_SCHEDSHM_CAP_TIME_SHARE, UM_TIMETRAVEL_SCHEDSHM_FLAGS_REQ_RUN

    private readonly SharedMemory _memory;

    /// <summary>One that is mapped.</summary>
    public KernelOfSchedule(bool isUsed = true)
    {
        _memory = SharedMemory.Map(Schedule.Descriptor, 8192, offset: 0, ownsDescriptor: false);
        Assert.That((*(uint*)_memory.Address, *(uint*)(_memory.Address + 4)), Is.EqualTo((2u, 8192u)), "version and length");
        Assert.That(*(ushort*)(_memory.Address + 26), Is.GreaterThan(SharedSchedule.ParticipantId), "max_clients");
        if (isUsed)
            Use();
    }

    /// <summary>The calendar's end.</summary>
    public SharedSchedule Schedule { get; } = new();

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
    public void Use() => *Client(SharedSchedule.ParticipantId) |= TimeShare;

    /// <summary>It wants to run.</summary>
    public void Request(ulong time)
    {
        uint* client = Client(SharedSchedule.ParticipantId);
        client[1] |= RequestToRun;
        *(ulong*)(client + 2) = time;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        Schedule.Dispose();
    }

    private uint* Client(ushort id) => (uint*)(_memory.Address + 4096 + (id * 128));
}
