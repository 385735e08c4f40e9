using ShmWifi.Hwsim.Netlink;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Hwsim.Radios;

/// <summary>A network namespace while this thread is in it.</summary>
/// <param name="descriptor">Its file.</param>
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
    public void HearEvents()
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
        int context, mounted;
        fixed (byte* type = "sysfs\0"u8)
            context = LibCException.ThrowIfFailed((int)syscall(SYS_fsopen, (nint)type, FSOPEN_CLOEXEC, 0, 0, 0), "open sysfs");
        try
        {
            LibCException.ThrowIfFailed((int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0), "make sysfs of a network namespace");
            mounted = LibCException.ThrowIfFailed((int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0, 0, 0), "mount sysfs of a network namespace");
        }
        finally
        {
            _ = close(context);
        }
        return new ClassFolder(mounted);
    }
}

/// <summary>A /sys/class/ieee80211 that no path leads to but that of its descriptor.</summary>
/// <param name="mounted">sysfs.</param>
internal sealed class ClassFolder(int mounted) : IDisposable
{
    /// <summary>Where it is until it is disposed.</summary>
    public string Path => $"/proc/self/fd/{mounted}/class/ieee80211";

    /// <inheritdoc/>
    public void Dispose() => _ = close(mounted);
}
