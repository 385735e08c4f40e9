using ShmWifi.Linux;

namespace ShmWifi.Hwsim.Netlink;

/// <summary>The kernel refused a netlink request.</summary>
/// <param name="error">The error number, positive.</param>
/// <param name="detail">The kernel's own words, or null.</param>
internal sealed class NetlinkException(string what, int error, string? detail)
    : IOException(detail is null ? $"{what}: {LibC.strerror(error)}" : $"{what}: {LibC.strerror(error)} ({detail})")
{
    /// <summary>The error number, positive.</summary>
    public int Errno => error;
}
