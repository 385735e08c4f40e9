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

/// <summary>struct passwd.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct passwd
{
    public byte* pw_name;
    public byte* pw_passwd;
    public uint pw_uid;
    public uint pw_gid;
    public byte* pw_gecos;
    public byte* pw_dir;
    public byte* pw_shell;
}

/// <summary>struct rlimit, of 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct rlimit
{
    public ulong rlim_cur;
    public ulong rlim_max;
}

/// <summary>struct statfs, of 64-bit systems; of its fields those that are used.</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
public struct statfs
{
    public ulong f_type;
}
