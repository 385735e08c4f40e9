using System.Runtime.InteropServices;

namespace ShmWifi.Linux;

#pragma warning disable CS1591 // fields as in the man pages
#pragma warning disable CA1815, CA1051, MA0008

/// <summary>struct sockaddr_nl.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sockaddr_nl
{
    public ushort nl_family;
    public ushort nl_pad;
    public uint nl_pid;
    public uint nl_groups;
}

/// <summary>struct sched_param.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sched_param
{
    public int sched_priority;
}

/// <summary>struct group.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct group
{
    public byte* gr_name;
    public byte* gr_passwd;
    public uint gr_gid;
    public byte** gr_mem;
}
