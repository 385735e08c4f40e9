using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The path that the medium had before: it is answered still, and the client and the log are told.</summary>
internal static class OldPath // for one version: /v1/air is /v1/medium
{
    private const string Old = "/v1/air";
    private const string New = "/v1/medium";
    private const string Since = "@1795651200"; // 2026-11-26, as RFC 9745 writes it

    /// <summary>Answers it from now on; comes before routing.</summary>
    /// <param name="warn">Is called at most once, with the old name and the new one.</param>
    public static void Use(IApplicationBuilder application, Action<string, string> warn)
    {
        int warned = 0;
        application.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments(Old, StringComparison.Ordinal, out var rest))
            {
                context.Request.Path = New + rest;
                context.Response.OnStarting(Announce, context.Response); // not at once: a refusal clears the headers
                if (Interlocked.Exchange(ref warned, 1) == 0)
                    warn(Old, New);
            }
            return next(context);
        });
    }

    private static Task Announce(object response)
    {
        var headers = ((HttpResponse)response).Headers;
        headers["Deprecation"] = Since;
        headers.Link = $"<{New}>; rel=\"successor-version\"";
        return Task.CompletedTask;
    }
}
