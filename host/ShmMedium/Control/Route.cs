namespace ShmWifi.Medium.Control;

/// <summary>A method of a resource: what the server routes by, and what the OpenAPI description is made of.</summary>
/// <param name="Method">HTTP's.</param>
/// <param name="Path">With parameters in braces, such as <c>/v1/links/{from}/{to}</c>.</param>
/// <param name="Id">Unique; names it for generated clients.</param>
/// <param name="Summary">What it does, a line.</param>
/// <param name="Handle">Does it.</param>
internal sealed record Route(string Method, string Path, string Id, string Summary, Func<ControlRequest, Task<ControlResponse>> Handle)
{
    private readonly string[] _segments = Path.Split('/')[1..];

    /// <summary>The schema of its body, a name in the description's components; null: it takes none.</summary>
    public string? Body { get; init; }

    /// <summary>Its parameters after the question mark.</summary>
    public IReadOnlyList<QueryParameter> Query { get; init; } = [];

    /// <summary>What it answers when all is well.</summary>
    public RouteResult Result { get; init; } = RouteResult.NoContent;

    /// <summary>Reasons to refuse a request, beyond a wrong body or query.</summary>
    public IReadOnlyList<(int Status, string Why)> Refusals { get; init; } = [];

    /// <summary>Whether it answers as long as the client wants.</summary>
    public bool IsStream { get; init; }

    /// <summary>The names of the parameters in its path.</summary>
    public IEnumerable<string> Parameters => _segments.Where(IsParameter).Select(s => s[1..^1]);

    /// <summary>Whether a request's path is this one's.</summary>
    /// <param name="segments">The path's.</param>
    /// <param name="values">The path's parameters.</param>
    public bool TryMatch(IReadOnlyList<string> segments, out Dictionary<string, string> values)
    {
        values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (segments.Count != _segments.Length)
            return false;
        for (int i = 0; i < _segments.Length; i++)
        {
            if (IsParameter(_segments[i]))
                values.Add(_segments[i][1..^1], segments[i]);
            else if (_segments[i] != segments[i])
                return false;
        }
        return true;
    }

    private static bool IsParameter(string segment) => segment.StartsWith('{');
}

/// <summary>A parameter after the question mark.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">JSON schema's: integer, string.</param>
/// <param name="Description">What it is, with its unit and default.</param>
internal sealed record QueryParameter(string Name, string Type, string Description);

/// <summary>What a route answers when all is well.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="ContentType">Of the answer; null: it has no body.</param>
/// <param name="Schema">A name in the description's components; null: any.</param>
/// <param name="IsList">Whether it is an array of those.</param>
internal sealed record RouteResult(int Status, string? ContentType, string? Schema, bool IsList)
{
    /// <summary>Done; nothing to say.</summary>
    public static RouteResult NoContent { get; } = new(204, null, null, false);

    /// <summary>One thing, in JSON.</summary>
    public static RouteResult Json(string? schema, int status = 200) => new(status, ControlResponse.JsonType, schema, false);

    /// <summary>Many of them.</summary>
    public static RouteResult JsonList(string schema) => new(200, ControlResponse.JsonType, schema, true);
}
