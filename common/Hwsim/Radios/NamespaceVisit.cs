using ShmWifi.Hwsim.Netlink;
using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Radios;

/// <summary>A network namespace while this thread is in it.</summary>
/// <param name="numbers">An rtnetlink socket of our own namespace.</param>
internal sealed unsafe class NamespaceVisit(int descriptor, NetlinkSocket numbers)
{
    private const ushort NewNumber = 88; // RTM_NEWNSID
    private const ushort AttributeNumber = 1; // NETNSA_NSID
    private const ushort AttributeDescriptor = 3; // NETNSA_FD
    private const int InfoSize = 4; // struct rtgenmsg, padded
    private const uint AnyNumber = uint.MaxValue; // -1: the kernel chooses

    /// <summary>Has the kernel pass on its events to sockets of ours that listen to all namespaces.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void ReceiveEvents()
    {
        var writer = new NetlinkWriter(stackalloc byte[64]);
        writer.Begin(0, NewNumber, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, numbers.NextSequence());
        writer.AddZeros(InfoSize);
        writer.Add(AttributeNumber, AnyNumber);
        writer.Add(AttributeDescriptor, (uint)descriptor);
        try
        {
            numbers.Request(writer.Complete(), "number a network namespace");
        }
        catch (NetlinkException e) when (e.Errno == EEXIST)
        {
            // It has one, of us or of "ip netns set".
        }
    }

    /// <summary>Opens its /sys/class/ieee80211: sysfs shows the radios of the namespace in which it was mounted.</summary>
    /// <exception cref="LibCException">sysfs cannot be mounted.</exception>
    public ClassFolder OpenClass()
    {
        int opened;
        fixed (byte* type = "sysfs\0"u8)
            opened = (int)(ssize_t)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
        using var context = FileDescriptor.Of(opened, "open sysfs");
        int configured = (int)(ssize_t)syscall(SYS_fsconfig, context.Descriptor, FSCONFIG_CMD_CREATE, 0, 0, 0);
        LibCException.ThrowIfFailed(configured, "make sysfs of a network namespace");
        int mounted = (int)(ssize_t)syscall(SYS_fsmount, context.Descriptor, FSMOUNT_CLOEXEC, 0);
        return new ClassFolder(FileDescriptor.Of(mounted, "mount sysfs of a network namespace"));
    }
}

/// <summary>A /sys/class/ieee80211 that no path leads to but that of its descriptor.</summary>
internal sealed class ClassFolder(FileDescriptor mounted) : IDisposable
{
    /// <summary>Where it is until it is disposed.</summary>
    public string Path => $"/proc/self/fd/{mounted.Descriptor}/class/ieee80211";

    /// <inheritdoc/>
    public void Dispose() => mounted.Dispose();
}
