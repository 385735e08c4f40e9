namespace ShmWifi.Configuration;

/// <summary>Whom a socket is for, beside root and the daemon's own user.</summary>
/// <param name="User">The name or number of a user; null: no other.</param>
/// <param name="Group">The name or number of a group; null: the daemon's own, unless there is a user.</param>
public sealed record SocketOwner(string? User = null, string? Group = null);
