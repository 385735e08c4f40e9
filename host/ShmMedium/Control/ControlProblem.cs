using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Why a request is refused (RFC 9457), field by field.</summary>
internal sealed class ControlProblem : ProblemDetails
{
    private const string ContentType = "application/problem+json";

    /// <summary>What is wrong with the request's fields.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>What the API's description says of a refusal.</summary>
    public static ProducesResponseTypeMetadata Produced(int status, string why) =>
        new(status, typeof(ControlProblem), [ContentType]) { Description = $"Refused: {why}." };

    /// <summary>What an exception means to the client.</summary>
    /// <returns>null: the fault is ours.</returns>
    public static ControlProblem? Of(Exception exception) => exception switch
    {
        ControlException refusal =>
            new() { Status = refusal.Status, Detail = refusal.Message, Errors = refusal.Errors.Count == 0 ? null : refusal.Errors },
        ConfigurationException wrong => new()
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = string.Join("; ", wrong.Errors.Select(Text)),
            Errors = [.. wrong.Errors.Select(e => new FieldError(e.Field, Text(e)))],
        },
        MediumUnavailableException unavailable => new() { Status = StatusCodes.Status503ServiceUnavailable, Detail = unavailable.Message },
        BadHttpRequestException wrong => new() { Status = wrong.StatusCode, Detail = wrong.Message },
        _ => null,
    };

    /// <summary>Fills in what a problem says in any case; the framework's own refusals are 404 and 405, where no endpoint is.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        int status = problem.Status ?? context.HttpContext.Response.StatusCode;
        problem.Type = "about:blank";
        problem.Title = ReasonPhrases.GetReasonPhrase(status);
        problem.Detail ??= status switch
        {
            StatusCodes.Status404NotFound => NoSuchPath(context.HttpContext),
            StatusCodes.Status405MethodNotAllowed => NoSuchMethod(context.HttpContext),
            _ => null,
        };
        problem.Extensions.Clear(); // a trace that nobody keeps
    }

    /// <summary>Without the place, unless it is in another file: the field is told.</summary>
    private static string Text(ConfigurationError error) => error.File == RequestBody.Source ? error.Message : error.ToString();

    private static string NoSuchPath(HttpContext context)
    {
        string path = context.Request.Path;
        var plain = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>().Where(e => e.RoutePattern.Parameters.Count == 0).Select(e => e.RoutePattern.RawText!).Distinct();
        return $"there is no {Printable(path)}{Nearest.Hint(path, plain)}; {ControlDescription.Path} describes what there is; a slash within a "
            + $"name is written %2F";
    }

    private static string NoSuchMethod(HttpContext context) =>
        $"{context.Request.Path} has no {Printable(context.Request.Method)}; it has {context.Response.Headers.Allow}";

    private static string Printable(string text) => text.Length <= 100 ? text : text[..100] + "...";
}

/// <summary>What is wrong with one field of a request.</summary>
internal sealed record FieldError(
    [property: Description("Its path, such as links[2].snrDb; empty: the body as a whole.")] string Field,
    [property: Description("What is wrong with it, and what is allowed.")] string Message);

/// <summary>Answers a request that ended in an exception; what is no refusal is a fault of ours, and goes to the log.</summary>
internal sealed class ControlExceptionHandler(IProblemDetailsService problems, Action<string> warn) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = ControlProblem.Of(exception);
        if (problem is null)
        {
            warn($"control: {httpContext.Request.Method} {httpContext.Request.Path}: {exception}");
            problem = new() { Status = StatusCodes.Status500InternalServerError, Detail = "a fault of shm-medium itself; its log says more" };
        }
        httpContext.Response.StatusCode = problem.Status!.Value;
        await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
        return true;
    }
}
