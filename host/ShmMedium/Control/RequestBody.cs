using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The body of a request: JSON or YAML with the keys and values of the configuration file, whatever Content-Type says.</summary>
internal sealed record RequestBody(string Text) : IBindableFromHttpContext<RequestBody>, IEndpointParameterMetadataProvider
{
    /// <summary>What errors call it.</summary>
    public const string Source = "the body";

    /// <summary>Bytes that are read: the links of all pairs of 120 VMs, one way each, and some.</summary>
    public const int Limit = 1 << 20;

    /// <summary>Bytes that are read and thrown away before a body is refused: a client that still writes might not read our answer.</summary>
    public const int DrainLimit = 64 << 20;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All of it, up to <see cref="DrainLimit"/>, where Kestrel throws.</summary>
    /// <exception cref="ControlException">413: it is longer than <see cref="Limit"/>; 400: it is not UTF-8.</exception>
    public static async ValueTask<RequestBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var reader = context.Request.BodyReader;
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            foreach (var part in read.Buffer)
            {
                if (body.WrittenCount <= Limit)
                    body.Write(part.Span);
            }
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        if (body.WrittenCount > Limit)
            throw new ControlException(413, $"the body has more than {Limit} bytes; that is the most that is read");
        try
        {
            return new RequestBody(s_utf8.GetString(body.WrittenSpan));
        }
        catch (DecoderFallbackException)
        {
            throw new ControlException(400, "the body is not UTF-8", new FieldError("", "is not UTF-8"));
        }
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(ControlProblem.Produced(400, "a field is wrong; errors tells which and why"));
        builder.Metadata.Add(ControlProblem.Produced(413, $"the body has more than {Limit} bytes"));
    }

    /// <summary>A body in braces with names of the path as its first keys; that the body has them, too, is an error that the reader tells.</summary>
    public string With(params ReadOnlySpan<(string Key, string Value)> keys)
    {
        string text = Text.TrimStart();
        if (!text.StartsWith('{'))
            throw new ControlException(400, "the body is no object; it must be one in braces",
                new FieldError("", "is no object; it must be one in braces"));
        string first = "";
        foreach ((string key, string value) in keys)
            first += $"{key}: {JsonValue.Create(value).ToJsonString()}, ";
        return $"{{{first}{text[1..]}";
    }
}
