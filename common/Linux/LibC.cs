using System.Runtime.InteropServices;
using Tmds.Linux;

namespace ShmWifi.Linux;

/// <summary>What <see cref="Tmds.Linux.LibC"/> lacks of libc, under libc's own names.</summary>
/// <remarks>
/// Functions return -1 on error; the reason is in <see cref="Tmds.Linux.LibC.errno"/>. Source: the man pages of the functions,
/// and linux/*.h for structures and constants.
/// </remarks>
public static unsafe partial class LibC
{
    internal const string Library = "libc";

    /// <summary>The text of an error number, as strerror(3).</summary>
    public static string strerror(int error) => Marshal.GetPInvokeErrorMessage(error);

#pragma warning disable CS1591 // libc's own man pages document these
    public const int MADV_POPULATE_WRITE = 23;

    public const int CLOCK_MONOTONIC = 1;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const int RLIMIT_NOFILE = 7;

    public const ulong TMPFS_MAGIC = 0x01021994; // memfds, too
    public const ulong HUGETLBFS_MAGIC = 0x958458f6;

    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_GENERIC = 16;
    public const int NETLINK_ADD_MEMBERSHIP = 1;
    public const int NETLINK_NO_ENOBUFS = 5;
    public const int NETLINK_LISTEN_ALL_NSID = 8;
    public const int NETLINK_CAP_ACK = 10;
    public const int NETLINK_EXT_ACK = 11;

    // The same on all architectures; glibc has functions for them since 2.36.
    public const int SYS_fsopen = 430;
    public const int SYS_fsconfig = 431;
    public const int SYS_fsmount = 432;
    public const int FSOPEN_CLOEXEC = 1;
    public const int FSMOUNT_CLOEXEC = 1;
    public const int FSCONFIG_CMD_CREATE = 6;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sendmmsg(int fd, mmsghdr* messages, uint count, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int recvmmsg(int fd, mmsghdr* messages, uint count, int flags, timespec* timeout);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_pwait2(int epfd, epoll_event* events, int maximum, timespec* timeout, void* signals);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int clock_nanosleep(int clock, int flags, timespec* request, timespec* remain);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int gettid();

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint pthread_self();

    [LibraryImport(Library, SetLastError = true)]
    public static partial int pthread_getschedparam(nint thread, int* policy, sched_param* parameter);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_getscheduler(int pid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sched_setscheduler(int pid, int policy, sched_param* parameter);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial group* getgrnam(string name);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial passwd* getpwnam(string name);

    [LibraryImport(Library, SetLastError = true)]
    public static partial passwd* getpwuid(uint uid);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getgrouplist(byte* user, uint group, uint* groups, int* count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int flock(int fd, int operation);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int fstatfs(int fd, statfs* status);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int getrlimit(int resource, rlimit* limit);

    [LibraryImport(Library, SetLastError = true)]
    public static partial void cfmakeraw(termios* settings);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int malloc_trim(nuint pad);
}
