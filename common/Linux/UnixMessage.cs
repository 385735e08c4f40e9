using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>A message on a Unix socket, with at most one descriptor: unix(7), SCM_RIGHTS and SCM_CREDENTIALS.</summary>
public static unsafe class UnixMessage
{
    /// <summary>Bytes of control data for one descriptor: CMSG_SPACE(sizeof(int)) on 64-bit machines.</summary>
    public const int DescriptorSpace = 24;

    private const int CredentialsSpace = 32; // CMSG_SPACE(sizeof(struct ucred)), the same
    private const int MaxReceived = 4; // what does not fit is closed by the kernel

    /// <summary>Has a message carry a descriptor.</summary>
    /// <param name="control"><see cref="DescriptorSpace"/> bytes, 8-byte aligned, that live as long as the message.</param>
    public static void Attach(ref msghdr message, byte* control, int descriptor)
    {
        var header = (cmsghdr*)control;
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = sizeof(cmsghdr) + sizeof(int);
        *(int*)CMSG_DATA(header) = descriptor;
        message.msg_control = header;
        message.msg_controllen = DescriptorSpace;
    }

    /// <summary>Sends one; waits while there is no room.</summary>
    /// <param name="descriptor">-1: none.</param>
    /// <returns>False; the reason is in <see cref="errno"/>.</returns>
    public static bool TrySend(int socket, ReadOnlySpan<byte> bytes, int descriptor = -1)
    {
        ulong* control = stackalloc ulong[DescriptorSpace / sizeof(ulong)];
        fixed (byte* first = bytes)
        {
            var vector = new iovec { iov_base = first, iov_len = bytes.Length };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1 };
            if (descriptor >= 0)
                Attach(ref message, (byte*)control, descriptor);
            return Uninterrupted.sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
        }
    }

    /// <summary>Receives one.</summary>
    /// <param name="flags">MSG_DONTWAIT, …</param>
    /// <param name="descriptor">What it carries; null: none, or more than one, which are closed.</param>
    /// <param name="pid">Who sent it, where SO_PASSCRED is set; else 0.</param>
    /// <returns>Its bytes; 0: the other end is closed; negative: the error number, EMSGSIZE for one that was cut.</returns>
    public static long Receive(int socket, Span<byte> buffer, int flags, out FileDescriptor? descriptor, out int pid)
    {
        const int Space = DescriptorSpace + (MaxReceived * sizeof(int)) + CredentialsSpace;
        ulong* control = stackalloc ulong[Space / sizeof(ulong)];
        (descriptor, pid) = (null, 0);
        fixed (byte* first = buffer)
        {
            var vector = new iovec { iov_base = first, iov_len = buffer.Length };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = Space };
            long length = Uninterrupted.recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
            if (length < 0)
                return -(long)errno;
            List<FileDescriptor> received = [];
            for (var header = CMSG_FIRSTHDR(&message); header != null; header = CMSG_NXTHDR(&message, header))
            {
                if (header->cmsg_level != SOL_SOCKET)
                    continue;
                if (header->cmsg_type == SCM_CREDENTIALS)
                    pid = ((ucred*)CMSG_DATA(header))->pid;
                if (header->cmsg_type == SCM_RIGHTS)
                    Own(received, (int*)CMSG_DATA(header), (int)((ulong)header->cmsg_len - (ulong)sizeof(cmsghdr)) / sizeof(int));
            }
            bool isCut = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
            if (received.Count == 1 && !isCut)
                descriptor = received[0];
            else
                received.ForEach(one => one.Dispose());
            return isCut ? -(long)EMSGSIZE : length;
        }
    }

    private static void Own(List<FileDescriptor> received, int* descriptors, int count)
    {
        for (int i = 0; i < count; i++)
            received.Add(new FileDescriptor(descriptors[i]));
    }
}
