namespace ShmWifi.Lab.Topologies;

/// <summary>What a guest's programs and kernel are built for, by Debian's names.</summary>
internal enum GuestArchitecture
{
    /// <summary>x86-64.</summary>
    Amd64,

    /// <summary>aarch64.</summary>
    Arm64,
}
