using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Puts the configuration file's schemas into the API's description, where <see cref="ConfigurationSchemaAttribute"/> names them.</summary>
/// <remarks>The framework makes one for each use.</remarks>
internal sealed class ConfigurationSchemas : IOpenApiOperationTransformer, IOpenApiDocumentTransformer
{
    private const string Prefix = "#/components/schemas/";
    private readonly JsonObject _texts;
    private readonly IDictionary<string, IOpenApiSchema> _schemas;

    /// <summary>Reads them.</summary>
    public ConfigurationSchemas()
    {
        _texts = ReadAll();
        var description = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "", ["version"] = "" },
            ["components"] = new JsonObject { ["schemas"] = _texts },
        };
        _schemas = OpenApiDocument.Parse(description.ToJsonString(), OpenApiConstants.Json).Document!.Components!.Schemas!;
    }

    /// <inheritdoc/>
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var handler = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().Single();
        var document = context.Document!;
        if (handler.GetParameters().Select(p => p.GetCustomAttribute<ConfigurationSchemaAttribute>()).FirstOrDefault(a => a is not null) is { } body)
        {
            var content = new OpenApiMediaType { Schema = Refer(document, body) };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = content,
                    ["application/yaml"] = content
                },
            };
        }
        if (handler.ReturnParameter.GetCustomAttribute<ConfigurationSchemaAttribute>() is { } answer)
        {
            foreach ((_, var content) in operation.Responses!.Where(r => r.Key.StartsWith('2')).SelectMany(r => r.Value.Content!))
                content.Schema = Refer(document, answer);
        }
        // They are bound as texts, so that a wrong one is refused by its name.
        foreach (var number in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p.Name is "freqMhz" or "octets"))
            number.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer };
        // The framework says "Bad Request" and the like.
        foreach (var produced in context.Description.ActionDescriptor.EndpointMetadata.OfType<ProducesResponseTypeMetadata>()
            .Where(p => p.Description is not null))
            operation.Responses![produced.StatusCode.ToString(CultureInfo.InvariantCulture)].Description = produced.Description;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var schemas = document.Components!.Schemas!;
        schemas[nameof(ScheduleState)].Properties!["changes"] = Refer(document, new("schedule"));
        schemas[nameof(WatchEvent)].Properties!["change"] = Refer(document, new("change"));
        return Task.CompletedTask;
    }

    private IOpenApiSchema Refer(OpenApiDocument document, ConfigurationSchemaAttribute schema)
    {
        Add(document, schema.Name);
        var reference = new OpenApiSchemaReference(schema.Name, document);
        return schema.IsList ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = reference } : reference;
    }

    /// <summary>Adds a schema, and those that it refers to.</summary>
    private void Add(OpenApiDocument document, string name)
    {
        if (!document.AddComponent(name, _schemas[name]))
            return;
        foreach (string next in References(_texts[name]))
            Add(document, next);
    }

    private static JsonObject ReadAll()
    {
        using var stream = typeof(ConfigurationSchemas).Assembly.GetManifestResourceStream("ShmWifi.ShmMedium.Control.configuration.json")!;
        using var reader = new StreamReader(stream);
        var all = JsonNode.Parse(reader.ReadToEnd().Replace("\"#/$defs/", $"\"{Prefix}", StringComparison.Ordinal))!["$defs"]!.DeepClone().AsObject();
        // Its parts that the configuration has no name for.
        all["medium"] = WithProperties(all["medium"]!, MediumWriter.ToJson(new MediumConfiguration()).Select(section => section.Key).Contains);
        all["linkChange"] = WithProperties(all["link"]!, key => key is not ("from" or "to"));
        all["radioChange"] = WithProperties(all["radio"]!, key => key != "radio");
        all["faultChange"] = WithProperties(all["fault"]!, key => key != "name");
        all["jammerChange"] = WithProperties(all["jammer"]!, key => key != "name");
        all["wallChange"] = WithProperties(all["wall"]!, key => key != "name");
        all["linkReading"] = WithAbsent(all["link"]!);
        all["faultReading"] = FaultReading(all["fault"]!);
        all["jammerReading"] = JammerReading(all["jammer"]!);
        all["change"] = Change(all["scheduledChange"]!);
        return all;
    }

    /// <summary>An object's schema with some of its properties alone.</summary>
    private static JsonObject WithProperties(JsonNode schema, Func<string, bool> isWanted)
    {
        var part = schema.DeepClone().AsObject();
        var properties = part["properties"]!.AsObject();
        foreach (string key in properties.Select(p => p.Key).Where(key => !isWanted(key)).ToArray())
            properties.Remove(key);
        if (part["required"] is JsonArray required)
            part["required"] = new JsonArray([.. required.Select(key => key!.ToString()).Where(isWanted).Select(key => JsonValue.Create(key))]);
        return part;
    }

    /// <summary>An object's schema with one property more.</summary>
    private static JsonObject WithProperty(JsonNode schema, string name, JsonObject property)
    {
        var extended = schema.DeepClone().AsObject();
        extended["properties"]![name] = property;
        return extended;
    }

    /// <summary>An entry, and which of its names mean nobody.</summary>
    private static JsonObject WithAbsent(JsonNode entry)
    {
        return WithProperty(entry, "absent", new JsonObject
        {
            ["description"] = "Those of its names that no radio on the medium has; missing: there are none.",
            ["type"] = "array",
            ["items"] = new JsonObject { ["type"] = "string" },
        });
    }

    /// <summary>A fault, and how often it was carried out.</summary>
    private static JsonObject FaultReading(JsonNode fault)
    {
        var reading = WithProperty(WithAbsent(fault), "hits",
            new JsonObject { ["description"] = "Frames that were hit since it was given.", ["type"] = "integer", ["minimum"] = 0 });
        reading["required"] = new JsonArray("name", "action", "hits");
        return reading;
    }

    /// <summary>A jammer, and whether it jams.</summary>
    private static JsonObject JammerReading(JsonNode jammer)
    {
        var reading = WithProperty(jammer, "active",
            new JsonObject { ["description"] = "Whether it has an effect: while frames take their airtime.", ["type"] = "boolean" });
        reading["required"] = new JsonArray("name", "freqMhz", "bandwidthMhz", "period", "dutyCycle", "active");
        return reading;
    }

    /// <summary>A change that was carried out: one that a schedule can have, a schedule, or a whole medium.</summary>
    private static JsonObject Change(JsonNode scheduled)
    {
        var change = WithProperties(scheduled, key => key != "at");
        change["minProperties"] = 1;
        change["maxProperties"] = 1;
        foreach (string other in (string[])["schedule", "medium"])
            change["properties"]![other] = new JsonObject { ["$ref"] = Prefix + other };
        return change;
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => pair.Key == "$ref" ? [pair.Value!.ToString()[Prefix.Length..]] : References(pair.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
