using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

#pragma warning disable CS1591 // libc's own man pages document these

/// <summary>libc's functions that sleep, made again when a signal's handler cut them short: EINTR never
/// comes back from them, nor from <see cref="Poll"/> and <see cref="Epoll"/>.</summary>
/// <remarks>poll and epoll are always interrupted, sockets with a time limit likewise, in spite
/// of SA_RESTART, by handlers of the runtime, too: man 7 signal.</remarks>
public static unsafe partial class Uninterrupted
{
    public static int accept4(int socket, sockaddr* address, socklen_t* length, int flags)
    {
        int result;
        do
            result = Tmds.Linux.LibC.accept4(socket, address, length, flags);
        while (IsInterrupted(result));
        return result;
    }

    public static long recv(int socket, void* buffer, int length, int flags)
    {
        long result;
        do
            result = Tmds.Linux.LibC.recv(socket, buffer, length, flags);
        while (IsInterrupted(result));
        return result;
    }

    public static long recvmsg(int socket, msghdr* message, int flags)
    {
        long result;
        do
            result = Tmds.Linux.LibC.recvmsg(socket, message, flags);
        while (IsInterrupted(result));
        return result;
    }

    public static int recvmmsg(int socket, mmsghdr* messages, uint count, int flags)
    {
        int result;
        do
            result = LibC.recvmmsg(socket, messages, count, flags, null);
        while (IsInterrupted(result));
        return result;
    }

    public static long send(int socket, void* buffer, int length, int flags)
    {
        long result;
        do
            result = Tmds.Linux.LibC.send(socket, buffer, length, flags);
        while (IsInterrupted(result));
        return result;
    }

    public static long sendmsg(int socket, msghdr* message, int flags)
    {
        long result;
        do
            result = SendMessage(socket, message, flags);
        while (IsInterrupted(result));
        return result;
    }

    public static int sendmmsg(int socket, mmsghdr* messages, uint count, int flags)
    {
        int result;
        do
            result = LibC.sendmmsg(socket, messages, count, flags);
        while (IsInterrupted(result));
        return result;
    }

    // All frames for the kernel's radios pass here, and that of Tmds.LibC takes 14 ns more: see EventFd.
    [LibraryImport(LibC.Library, EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, msghdr* message, int flags);

    internal static bool IsInterrupted(long result) => result < 0 && errno == EINTR;
}
