using ShmWifi.Configuration;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>Who may connect to a socket: its file's owner, group and mode, and what is asked of whoever connects.</summary>
/// <param name="Uid">The user; null: the daemon's own.</param>
/// <param name="Gid">The group; null: the daemon's own, and whoever connects is not asked.</param>
internal sealed record SocketAccess(uint? Uid = null, uint? Gid = null)
{
    private const ushort OwnerOnly = 0x180; // 0600
    private const ushort OwnerAndGroup = 0x1b0; // 0660
    private const uint Root = 0;

    /// <summary>The permission bits of its file.</summary>
    public ushort Mode { get; init; } = Uid is not null && Gid is null ? OwnerOnly : OwnerAndGroup;

    /// <summary>The same, with the daemon's own group where none was named: whom the file's mode admits.</summary>
    public SocketAccess WithOwnGroup => this with { Gid = Gid ?? (uint)getegid() };

    /// <summary>Looks the names up.</summary>
    /// <param name="where">What has the names, for errors.</param>
    /// <exception cref="LibCException">There is no such user or group.</exception>
    public static SocketAccess Of(SocketOwner owner, string where) => new(
        owner.User is { } user ? Accounts.UserId(user) ?? throw new LibCException($"{where}: user {user}: no such user", ENOENT) : null,
        owner.Group is { } group ? Accounts.GroupId(group) ?? throw new LibCException($"{where}: group {group}: no such group", ENOENT) : null);

    /// <summary>Whether whoever connected is among those that were named; all are, when nobody was: then the file's mode alone decides.</summary>
    public bool Admits(PeerCredentials peer) =>
        (Uid is null && Gid is null) || peer.Uid == Root || peer.Uid == (Uid ?? geteuid()) || (Gid is { } gid && peer.Groups.Contains(gid));
}
