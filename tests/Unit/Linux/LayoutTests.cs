using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace ShmWifi.Tests.Unit.Linux;

/// <summary>Tmds.LibC, as far as we use it, and our complement to it say what this system's headers say.</summary>
public class LayoutTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <grp.h>
        #include <poll.h>
        #include <pwd.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <termios.h>
        #include <time.h>
        #include <unistd.h>
        #include <sys/epoll.h>
        #include <sys/eventfd.h>
        #include <sys/file.h>
        #include <sys/mman.h>
        #include <sys/mount.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/signalfd.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/statfs.h>
        #include <sys/syscall.h>
        #include <sys/timerfd.h>
        #include <sys/uio.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <linux/genetlink.h>
        #include <linux/magic.h>
        #include <linux/netlink.h>
        #include <linux/rtnetlink.h>
        """;

    private static readonly Type[] OurStructures =
    [
        typeof(ShmWifi.Linux.sockaddr_nl), typeof(ShmWifi.Linux.sched_param), typeof(ShmWifi.Linux.group), typeof(ShmWifi.Linux.passwd),
        typeof(ShmWifi.Linux.rlimit), typeof(ShmWifi.Linux.statfs),
    ];

    private static readonly Type[] TheirStructures =
    [
        typeof(timespec), typeof(pollfd), typeof(epoll_event), typeof(iovec), typeof(msghdr), typeof(mmsghdr), typeof(cmsghdr),
        typeof(ucred), typeof(sockaddr_un), typeof(termios), typeof(stat),
    ];

    private static readonly string[] TheirConstants =
    [
        "EPERM", "ENOENT", "EINTR", "ENXIO", "EAGAIN", "EBADF", "ENOMEM", "EACCES", "EBUSY", "EEXIST", "ENODEV", "EINVAL", "ENFILE", "EMFILE",
        "EPIPE",
        "ENOTSOCK", "EOPNOTSUPP", "EADDRINUSE", "ENOBUFS", "ECONNREFUSED",
        "O_RDONLY", "O_RDWR", "O_NONBLOCK", "O_CLOEXEC", "PROT_READ", "PROT_WRITE", "PROT_EXEC", "MAP_SHARED", "MAP_PRIVATE", "MAP_ANONYMOUS",
        "MFD_CLOEXEC", "MFD_ALLOW_SEALING", "F_GETFD", "F_GETFL", "F_ADD_SEALS", "F_GET_SEALS", "F_SEAL_SEAL", "F_SEAL_SHRINK", "F_SEAL_GROW",
        "EFD_CLOEXEC", "EFD_NONBLOCK", "EPOLL_CLOEXEC", "EPOLL_CTL_ADD", "EPOLL_CTL_DEL", "EPOLLIN", "EPOLLERR", "EPOLLRDHUP", "POLLIN",
        "AF_UNIX", "AF_NETLINK", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_NONBLOCK", "SOCK_CLOEXEC", "SOL_SOCKET", "SOL_NETLINK",
        "SO_PEERCRED", "SO_PEERGROUPS", "ENOSPC", "ERANGE", "O_CREAT", "O_NOFOLLOW",
        "SO_RCVTIMEO", "SO_SNDBUFFORCE", "SO_RCVBUFFORCE", "SO_MEMINFO", "SCM_RIGHTS", "MSG_DONTWAIT", "MSG_NOSIGNAL",
        "SIGKILL", "SIGUSR1", "SIGTERM", "SIGWINCH", "CLONE_NEWNET", "SCHED_FIFO", "SCHED_RESET_ON_FORK", "TCSADRAIN",
    ];

    [Test]
    public void EveryStructureHasTheSizeAndTheOffsetsOfThisSystem()
    {
        var ours = new Dictionary<string, long>();
        foreach (var structure in OurStructures)
        {
            ours[$"sizeof(struct {structure.Name})"] = Marshal.SizeOf(structure);
            foreach (var field in structure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                ours[$"offsetof(struct {structure.Name}, {field.Name})"] = Marshal.OffsetOf(structure, field.Name);
                ours[$"sizeof(((struct {structure.Name} *)0)->{field.Name})"] = SizeOf(field);
            }
        }

        foreach (var structure in TheirStructures) // their fields lie behind properties, in the order of C
            ours[$"sizeof(struct {structure.Name})"] = Marshal.SizeOf(structure);

        Assert.That(ours, Is.EquivalentTo(CCompiler.Evaluate(Headers, ours.Keys)));
    }

    [Test]
    public void EveryConstantHasTheValueOfThisSystem()
    {
        var ours = typeof(ShmWifi.Linux.LibC).GetFields().Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name, field => Convert.ToInt64(field.GetRawConstantValue()));

        Assert.That(ours, Is.Not.Empty);
        foreach (string name in TheirConstants)
            ours[name] = Number(typeof(Tmds.Linux.LibC).GetProperty(name)!.GetValue(null)!);

        Assert.That(ours, Is.EquivalentTo(CCompiler.Evaluate(Headers, ours.Keys)));
    }

    private static long Number(object value) => value is sa_family_t family ? (int)family : Convert.ToInt64(value);

    private static long SizeOf(FieldInfo field)
    {
        if (field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer)
            return Marshal.SizeOf(buffer.ElementType) * buffer.Length;
        return field.FieldType.IsPointer ? nint.Size : Marshal.SizeOf(field.FieldType);
    }
}
