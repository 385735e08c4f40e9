using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShmWifi.Tests.Unit.Linux;

/// <summary>Our libc layer says what this system's headers say.</summary>
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
        #include <sys/signalfd.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/timerfd.h>
        #include <sys/uio.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <linux/genetlink.h>
        #include <linux/netlink.h>
        #include <linux/rtnetlink.h>
        """;

    private static IEnumerable<Type> Structures =>
        typeof(ShmWifi.Linux.LibC).Assembly.GetTypes().Where(type => type is { IsValueType: true, IsEnum: false, IsNested: false, Namespace: "ShmWifi.Linux" });

    [Test]
    public void EveryStructureHasTheSizeAndTheOffsetsOfThisSystem()
    {
        var ours = new Dictionary<string, long>();
        foreach (Type structure in Structures)
        {
            ours[$"sizeof(struct {structure.Name})"] = Marshal.SizeOf(structure);
            foreach (FieldInfo field in structure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                ours[$"offsetof(struct {structure.Name}, {field.Name})"] = Marshal.OffsetOf(structure, field.Name);
                ours[$"sizeof(((struct {structure.Name} *)0)->{field.Name})"] = SizeOf(field);
            }
        }

        Assert.That(ours, Is.Not.Empty);
        Assert.That(ours, Is.EquivalentTo(CCompiler.Evaluate(Headers, ours.Keys)));
    }

    [Test]
    public void EveryConstantHasTheValueOfThisSystem()
    {
        Dictionary<string, long> ours = typeof(ShmWifi.Linux.LibC).GetFields().Where(field => field.IsLiteral)
            .ToDictionary(field => field.Name, field => Convert.ToInt64(field.GetRawConstantValue()));

        Assert.That(ours, Is.Not.Empty);
        Assert.That(ours, Is.EquivalentTo(CCompiler.Evaluate(Headers, ours.Keys)));
    }

    private static long SizeOf(FieldInfo field)
    {
        if (field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer)
            return Marshal.SizeOf(buffer.ElementType) * buffer.Length;
        return field.FieldType.IsPointer ? nint.Size : Marshal.SizeOf(field.FieldType);
    }
}
