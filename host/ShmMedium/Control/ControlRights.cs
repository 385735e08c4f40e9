using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Control;

/// <summary>What clients of the control API may do: by who they are, as the kernel says.</summary>
/// <remarks>With readers the socket is open to all, since a file has one group; then what the kernel says of a client decides alone.</remarks>
internal sealed class ControlRights
{
    private const ushort All = 0x1b6; // 0666
    private readonly SocketAccess _writers;
    private readonly uint? _readers;

    private ControlRights(SocketAccess writers, uint? readers) => (_writers, _readers) = (writers, readers);

    /// <summary>Those of the daemon's own user and group, which the socket's mode keeps.</summary>
    public static ControlRights OwnersOnly { get; } = new(new SocketAccess(), null);

    /// <summary>The rights of the socket's file.</summary>
    public SocketAccess Access => _writers;

    /// <summary>Looks the names up.</summary>
    /// <exception cref="LibCException">There is no such group.</exception>
    public static ControlRights Of(ControlConfiguration control)
    {
        var writers = SocketAccess.Of(new SocketOwner(Group: control.Group), "control");
        if (control.Readers is not { } readers)
            return new(writers, null);
        uint group = Accounts.GroupId(readers) ?? throw new LibCException($"control: readers {readers}: no such group", Tmds.Linux.LibC.ENOENT);
        return new(writers with { Gid = writers.Gid ?? (uint)Tmds.Linux.LibC.getegid(), Mode = All }, group);
    }

    /// <summary>Notes who a client is, before its first request.</summary>
    public static ConnectionDelegate Identify(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
            connection.Features.Set(PeerCredentials.Of((int)feature.Socket.Handle));
        return next(connection);
    };

    /// <summary>Refuses what a client may not do.</summary>
    /// <exception cref="ControlException">403.</exception>
    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<PeerCredentials>() is not { } peer)
            throw Refusal("the kernel does not say who you are");
        bool mayWrite = context.Features.Get<WebClient>() is null
            ? _writers.Admits(peer)
            : _writers.WithOwnGroup.Admits(peer); // no file's mode has kept others away
        if (mayWrite)
            return next(context);
        bool isReader = _readers is { } group && peer.Groups.Contains(group);
        if (!isReader)
            throw Refusal($"this medium is not for user {peer.Uid} to see; be in the group of 'control', or among its 'readers'");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            throw Refusal($"user {peer.Uid} may read here, and change nothing; be in the group of 'control'");
        return next(context);
    }

    private static ControlException Refusal(string detail) => new(StatusCodes.Status403Forbidden, detail);
}
