using System.Text.Json.Nodes;

namespace ShmWifi.Medium.Control;

/// <summary>The description of the API, made of its routes. Source: OpenAPI Specification 3.1.1.</summary>
internal static class OpenApiDocument
{
    /// <summary>Describes routes.</summary>
    public static JsonObject Describe(RouteTable table)
    {
        var paths = new JsonObject();
        foreach (IGrouping<string, Route> resource in table.Routes.GroupBy(r => r.Path, StringComparer.Ordinal))
            paths[resource.Key] = new JsonObject(resource.Select(r => KeyValuePair.Create(r.Method.ToLowerInvariant(), (JsonNode?)Operation(r))));
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "shm-medium control",
                ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
                ["description"] = "Reads and changes the air of a running shm-medium. HTTP/1.1 on a Unix socket; who may open the socket may do everything. "
                    + "Bodies have the keys and values of the configuration file, as JSON or YAML.",
            },
            // The host means nothing on a Unix socket.
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "http://localhost/" }),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = ControlSchemas.For(paths) },
        };
    }

    private static JsonObject Operation(Route route)
    {
        var operation = new JsonObject { ["operationId"] = route.Id, ["summary"] = route.Summary };
        var parameters = new JsonArray(
        [
            .. route.Parameters.Select(name => Parameter(name, "path", "string", "A slash within it is written %2F.")),
            .. route.Query.Select(q => Parameter(q.Name, "query", q.Type, q.Description)),
        ]);
        if (parameters.Count != 0)
            operation["parameters"] = parameters;
        if (route.Body is not null)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject { [ControlResponse.JsonType] = Content(route.Body), [ControlResponse.YamlType] = Content(route.Body) },
            };
        }
        operation["responses"] = Responses(route);
        return operation;
    }

    private static JsonObject Parameter(string name, string place, string type, string description) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = type },
    };

    private static JsonObject Responses(Route route)
    {
        RouteResult result = route.Result;
        var done = new JsonObject { ["description"] = "Done." };
        if (result.ContentType is not null)
            done["content"] = new JsonObject { [result.ContentType] = Content(result.Schema, result.IsList) };
        var responses = new JsonObject { [Text(result.Status)] = done };
        IEnumerable<(int Status, string Why)> refusals = route.Refusals;
        if (route.Body is not null)
            refusals = refusals.Concat([(400, "a field is wrong; errors tells which and why"), (413, $"the body has more than {ControlApplication.BodyLimit} bytes")]);
        else if (route.Query.Count != 0)
            refusals = refusals.Append((400, "a parameter is wrong; errors tells which and why"));
        foreach (IGrouping<int, string> refusal in refusals.GroupBy(r => r.Status, r => r.Why).OrderBy(r => r.Key))
        {
            responses[Text(refusal.Key)] = new JsonObject
            {
                ["description"] = $"Refused: {string.Join("; or ", refusal)}.",
                ["content"] = new JsonObject { [ControlResponse.ProblemType] = Content("problem") },
            };
        }
        return responses;
    }

    private static JsonObject Content(string? schema, bool isList = false)
    {
        if (schema is null)
            return [];
        var reference = new JsonObject { ["$ref"] = ControlSchemas.Prefix + schema };
        return new JsonObject { ["schema"] = isList ? new JsonObject { ["type"] = "array", ["items"] = reference } : reference };
    }

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
