using System.Runtime.InteropServices;

namespace ShmWifi.Linux;

/// <summary>The part of libc that ShmWifi needs, under libc's own names.</summary>
/// <remarks>
/// Thin on purpose: signatures, structures and constants only, so that a binding package can take its place.
/// Functions return -1 on error; the reason is in <see cref="errno"/>. Source: the man pages of the functions,
/// and linux/*.h of x86-64 for structures and constants.
/// </remarks>
public static unsafe partial class LibC
{
    private const string Library = "libc";

    /// <summary>The error number that the last failed call on this thread left.</summary>
    public static int errno => Marshal.GetLastPInvokeError();

    /// <summary>The text of an error number, as strerror(3).</summary>
    public static string strerror(int error) => Marshal.GetPInvokeErrorMessage(error);

#pragma warning disable CS1591 // libc's own man pages document these
    [LibraryImport(Library, SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int dup(int fd);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlink(string path);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chmod(string path, uint mode);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chown(string path, uint owner, uint group);

    [LibraryImport(Library, SetLastError = true)]
    public static partial uint umask(uint mask);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ftruncate(int fd, long length);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int munmap(void* address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_ctl(int epfd, int operation, int fd, epoll_event* @event);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_wait(int epfd, epoll_event* events, int maximum, int timeoutMs);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_pwait2(int epfd, epoll_event* events, int maximum, timespec* timeout, void* signals);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int poll(pollfd* fds, nuint count, int timeoutMs);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bind(int fd, void* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int connect(int fd, void* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int listen(int fd, int backlog);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int accept4(int fd, void* address, uint* length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockname(int fd, void* address, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int option, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int option, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recv(int fd, void* buffer, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint sendmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint recvmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sendmmsg(int fd, mmsghdr* messages, uint count, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int recvmmsg(int fd, mmsghdr* messages, uint count, int flags, timespec* timeout);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int clock_gettime(int clock, timespec* value);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int clock_nanosleep(int clock, int flags, timespec* request, timespec* remain);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_yield();

    [LibraryImport(Library, SetLastError = true)]
    public static partial uint geteuid();

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial group* getgrnam(string name);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int setns(int fd, int type);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint syscall(nint number, nint arg1, nint arg2, nint arg3, nint arg4, nint arg5);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);
}
