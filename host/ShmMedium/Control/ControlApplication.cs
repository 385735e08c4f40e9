using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ShmWifi.Configuration;

namespace ShmWifi.Medium.Control;

/// <summary>Answers HTTP requests by the routes.</summary>
/// <param name="routes">What there is.</param>
/// <param name="warn">Takes what went wrong in the daemon itself.</param>
internal sealed class ControlApplication(RouteTable routes, Action<string> warn) : IHttpApplication<HttpContext>, IDisposable
{
    /// <summary>Bytes of a request's body that are read: some 4000 links.</summary>
    public const int BodyLimit = 256 << 10;

    /// <summary>Bytes of a body that are read and thrown away before it is refused: a client that still writes might not read our answer.</summary>
    public const int DrainLimit = 64 << 20;

    /// <summary>Requests that are worked on at a time, so that a crowd does not take the cores from the engine. Reading and writing do not count: a slow client
    /// holds nobody up.</summary>
    private const int Workers = 2;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly SemaphoreSlim _workers = new(Workers);
    private readonly CancellationTokenSource _ending = new();

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.Dispose();
        _ending.Dispose();
    }

    /// <summary>Ends the answers that would go on for ever.</summary>
    public void EndStreams() => _ending.Cancel();

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await WriteAsync(context, await AnswerAsync(context));
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the daemon goes.
        }
    }

    private async Task<ControlResponse> AnswerAsync(HttpContext context)
    {
        try
        {
            string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            Route route = routes.Find(context.Request.Method, target, out Dictionary<string, string> parameters);
            CheckQuery(route, context.Request.Query);
            string body = route.Body is null ? "" : await ReadBodyAsync(context.Request.BodyReader, context.RequestAborted);
            await _workers.WaitAsync(context.RequestAborted);
            try
            {
                return await route.Handle(new ControlRequest(parameters, context.Request.Query, body));
            }
            finally
            {
                _workers.Release();
            }
        }
        catch (ControlException refusal)
        {
            return ControlResponse.Problem(refusal);
        }
        catch (ConfigurationException wrong)
        {
            return ControlResponse.Problem(new ControlException(
                400,
                string.Join("; ", wrong.Errors.Select(Text)),
                [.. wrong.Errors.Select(e => new FieldError(e.Field, Text(e)))]));
        }
        catch (BadHttpRequestException wrong)
        {
            return ControlResponse.Problem(new ControlException(wrong.StatusCode, wrong.Message));
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            warn($"control: {context.Request.Method} {context.Request.Path}: {exception}");
            return ControlResponse.Problem(new ControlException(500, "a fault of shm-medium itself; its log says more"));
        }
    }

    /// <summary>Without the place, unless it is in another file: the field is told.</summary>
    private static string Text(ConfigurationError error) => error.File == ControlApi.Source ? error.Message : error.ToString();

    private static void CheckQuery(Route route, IQueryCollection query)
    {
        string[] known = [.. route.Query.Select(q => q.Name)];
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            if (!known.Contains(name))
            {
                string allowed = known.Length == 0 ? "none" : string.Join(", ", known);
                throw new ControlException(400, $"unknown query parameter '{name}'", new FieldError(name, $"is unknown{Nearest.Hint(name, known)}; allowed: {allowed}"));
            }
            if (values.Count != 1)
                throw new ControlException(400, $"query parameter '{name}' is given twice", new FieldError(name, "is given more than once"));
        }
    }

    /// <summary>All of the body, up to <see cref="DrainLimit"/>, where Kestrel throws.</summary>
    private static async Task<string> ReadBodyAsync(PipeReader reader, CancellationToken aborted)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult read = await reader.ReadAsync(aborted);
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                if (body.WrittenCount <= BodyLimit)
                    body.Write(part.Span);
            }
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        if (body.WrittenCount > BodyLimit)
            throw new ControlException(413, $"the body has more than {BodyLimit} bytes; that is the most that is read");
        try
        {
            return s_utf8.GetString(body.WrittenSpan);
        }
        catch (DecoderFallbackException)
        {
            throw new ControlException(400, "the body is not UTF-8", new FieldError("", "is not UTF-8"));
        }
    }

    private async Task WriteAsync(HttpContext context, ControlResponse answer)
    {
        HttpResponse response = context.Response;
        response.StatusCode = answer.Status;
        if (answer.ContentType is not null)
            response.ContentType = answer.ContentType;
        if (answer.Location is not null)
            response.Headers.Location = answer.Location;
        if (answer.Allow is not null)
            response.Headers.Allow = answer.Allow;
        if (answer.Stream is not null)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending.Token);
            await response.StartAsync(ended.Token);
            await answer.Stream(response.BodyWriter, ended.Token);
            return;
        }
        if (answer.ContentType is null)
            return;
        byte[] body = Encoding.UTF8.GetBytes(answer.Text);
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
