using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The page and its files, which are in the program (host/WebPage). They tell nothing of the medium: whoever connects gets them.</summary>
internal static class PageFiles
{
    private const string Prefix = "page/";

    // All is of this origin and nothing in line, so that markup which came by the air runs nothing; styles that scripts set do not count as in line.
    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    private const string Missing = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>ShmWifi</title>
        <p>This shm-medium was built without the map. <code>./shmwifi setup</code> builds both; so does <code>host/WebPage/build</code> before
        <code>dotnet build</code>.</p></html>
        """;

    private static readonly Assembly s_program = typeof(PageFiles).Assembly;

    /// <summary>Answers a browser's request for a file of the page; all else is the API's.</summary>
    public static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<WebClient>() is null || context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }
        string path = context.Request.Path == "/" ? "index.html" : context.Request.Path.Value!.TrimStart('/');
        await using var file = s_program.GetManifestResourceStream(Prefix + path);
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = path == "index.html" ? "no-cache" : "max-age=31536000, immutable"; // names have their content's hash
        bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isRead || (file is null && path != "index.html"))
        {
            response.StatusCode = isRead ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
            response.Headers.CacheControl = "no-store";
            return;
        }
        response.ContentType = TypeOf(path);
        if (file is null)
            await response.WriteAsync(Missing, context.RequestAborted);
        else if (HttpMethods.IsGet(context.Request.Method))
            await file.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
