using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Control;

/// <summary>A connection of a browser, or of whoever else speaks TCP.</summary>
/// <param name="Peer">Who it is, if a process of this machine; null: another machine, or the kernel does not say.</param>
internal sealed record WebClient(PeerCredentials? Peer);

/// <summary>Who may use the API over TCP: a user of this machine, as on the Unix socket, or who shows the token.</summary>
/// <remarks>
/// A browser sends what any page tells it to. So a page of another origin is refused by what browsers say of it (Origin and Sec-Fetch-Site; Fetch
/// Standard, W3C Fetch Metadata), and one whose name was made to mean this machine (DNS rebinding) by the Host that it must name. The token
/// is in a header that only our page sets; there are no cookies, which another page could ride on.
/// </remarks>
/// <param name="token">Null: there is no TCP.</param>
internal sealed class WebRights(string? token)
{
    private const string Scheme = "Bearer ";

    /// <summary>Notes who a client is, before its first request.</summary>
    public static ConnectionDelegate Identify(ConnectionDelegate next) => connection =>
    {
        var peer = connection is { RemoteEndPoint: IPEndPoint from, LocalEndPoint: IPEndPoint to } && IPAddress.IsLoopback(from.Address)
            ? TcpPeer.Find(from, to)
            : null;
        connection.Features.Set(new WebClient(peer));
        return next(connection);
    };

    /// <summary>Refuses what a client of TCP may not do; tells the rest who it is.</summary>
    /// <exception cref="ControlException">401 or 403.</exception>
    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<WebClient>() is not { } client)
            return next(context);
        var headers = context.Request.Headers;
        if (headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none"))
            throw Refusal("a page of another site asked for this");
        if (headers.Origin is { Count: > 0 } origin && origin != $"http://{context.Request.Host}")
            throw Refusal($"a page of another origin asked for this, {Printable(origin.ToString())}");
        if (HasToken(headers.Authorization.ToString()))
        {
            context.Features.Set(new PeerCredentials(0, (uint)Tmds.Linux.LibC.geteuid(), []));
            return next(context);
        }
        if (client.Peer is not { } peer)
            throw new ControlException(StatusCodes.Status401Unauthorized,
                "from there the token is needed: it is in web-token beside the daemon's state file");
        if (!IsPlain(context.Request.Host.Host))
            throw Refusal($"{Printable(context.Request.Host.Host)} may be anyone's name for this machine: write localhost or its address");
        context.Features.Set(peer);
        return next(context);
    }

    /// <summary>Whether a host cannot be a name that its owner has pointed at this machine.</summary>
    private static bool IsPlain(string host) => host == "localhost" || IPAddress.TryParse(host, out _);

    private bool HasToken(string authorization) => token is not null && authorization.StartsWith(Scheme, StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..]), Encoding.UTF8.GetBytes(token));

    private static ControlException Refusal(string detail) => new(StatusCodes.Status403Forbidden, detail);

    private static string Printable(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
