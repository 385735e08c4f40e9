using Microsoft.Win32.SafeHandles;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Ports.Ivshmem;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>What QEMU is to the daemon: takes the region and the eventfds by the ivshmem protocol.</summary>
/// <remarks>Source: qemu docs/specs/ivshmem-spec, "client-server protocol"; the daemon's side is <see cref="Handshake"/>.</remarks>
internal sealed unsafe class IvshmemClient : IDisposable
{
    private readonly string _path;
    private readonly FileDescriptor _connection;

    /// <summary>Connects, as QEMU does when it starts.</summary>
    /// <param name="path">A socket of the daemon.</param>
    /// <exception cref="LabException">What listens there does not shake hands as QEMU wants it.</exception>
    public IvshmemClient(string path)
    {
        _path = path;
        _connection = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Connect(_connection.Descriptor, path), $"connect to {path}");
        Expect("the protocol's version", 0, out _);
        PeerId = (uint)Read(out _);
        Expect("the region", -1, out int region);
        Expect("the daemon, the only other peer", Handshake.DaemonPeerId, out int kick);
        Expect("our own interrupt", PeerId, out int call);
        (Kick, Call) = (new Doorbell(new EventFd(kick)), new Doorbell(new EventFd(call)));
        using var handle = new SafeFileHandle(region, ownsHandle: false);
        Memory = SharedMemory.Map(region, (ulong)RandomAccess.GetLength(handle), offset: 0, ownsDescriptor: true);
    }

    /// <summary>Our peer ID.</summary>
    public uint PeerId { get; }

    /// <summary>BAR2.</summary>
    public SharedMemory Memory { get; }

    /// <summary>Whether the daemon gave a blank region, as it does to a VM that it refuses.</summary>
    public bool IsRefused => *(ulong*)Memory.Address == 0;

    /// <summary>Rung by us, received by the daemon.</summary>
    public Doorbell Kick { get; }

    /// <summary>Rung by the daemon: our interrupt.</summary>
    public Doorbell Call { get; }

    /// <summary>Whether the other end of its connection is closed, by whoever has it: no daemon will ever go on with this VM.</summary>
    public bool IsDisconnected => Poll.WaitFor(_connection.Descriptor, POLLIN, TimeSpan.Zero);

    /// <summary>QEMU dies: the kernel closes its connection. The mapping stays, for tests to look at what happens then.</summary>
    public void Kill() => _connection.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        if (Memory.IsDisposed)
            return;
        Memory.Dispose();
        Kick.Dispose();
        Call.Dispose();
    }

    private void Expect(string what, long value, out int descriptor)
    {
        long came = Read(out descriptor);
        if (came != value)
            throw new LabException($"{_path}: {value} was to come, for {what}; {came} came");
    }

    /// <summary>Reads one message of the protocol: a version, a peer ID, or -1.</summary>
    /// <param name="descriptor">What came with it; -1: nothing.</param>
    private long Read(out int descriptor)
    {
        const int ControlSize = 24; // CMSG_SPACE(sizeof(int))
        long value = 0;
        byte* control = stackalloc byte[ControlSize];
        var vector = new iovec { iov_base = &value, iov_len = sizeof(long) };
        var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = ControlSize };
        if (Uninterrupted.recvmsg(_connection.Descriptor, &message, 0) != sizeof(long))
            throw new LabException($"{_path}: the daemon closed the connection in the handshake; its output tells why");
        var header = (cmsghdr*)control;
        descriptor = message.msg_controllen != 0 && header->cmsg_type == SCM_RIGHTS ? *(int*)(header + 1) : -1;
        return value;
    }
}
