using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>System calls that a signal may interrupt, made again after EINTR.</summary>
internal static unsafe class Uninterrupted
{
    /// <summary>epoll_wait(2) for one event.</summary>
    public static int EpollWait(int epoll, epoll_event* one, int timeoutMs)
    {
        int count;
        do
            count = epoll_wait(epoll, one, 1, timeoutMs);
        while (count < 0 && errno == EINTR);
        return count;
    }

    /// <summary>recvmsg(2).</summary>
    public static nint ReceiveMessage(int socket, msghdr* message)
    {
        nint length;
        do
            length = recvmsg(socket, message, 0);
        while (length < 0 && errno == EINTR);
        return length;
    }

    /// <summary>connect(2) to a Unix socket, whose backlog may be full.</summary>
    public static int Connect(int socket, sockaddr_un* address)
    {
        int result;
        do
            result = connect(socket, address, (uint)sizeof(sockaddr_un));
        while (result < 0 && errno == EINTR);
        return result;
    }
}
