using ShmWifi.Linux;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ShmWifi.Configuration.Yaml;

/// <summary>Reads the one document of a text. JSON is YAML, too.</summary>
/// <remarks>YamlDotNet's own representation model stops at the first duplicate key; this one keeps all pairs, so that a text's errors
/// are reported together.</remarks>
internal sealed class YamlDocument
{
    // A scheduled fault's action nests seven deep. A limit keeps the recursion off the end of the stack.
    private const int MaxDepth = 32;

    // The links of all pairs of 1,024 VMs are 22 million characters and 3.7 million values; all else of a medium at its limits (MediumLimits)
    // is 1 million and 200,000.
    private const int MaxLength = BoundedFile.MaxBytes;
    private const int MaxValues = 1 << 22;

    private readonly Parser _parser;
    private readonly ErrorList _errors;
    private int _values;

    private YamlDocument(string text, ErrorList errors) => (_parser, _errors) = (new(new StringReader(text)), errors);

    /// <returns>null, and an error, when there is no document.</returns>
    public static YamlNode? Read(string text, ErrorList errors)
    {
        if (text.Length > MaxLength)
        {
            errors.Add(Mark.Empty, $"has {text.Length} characters; allowed: at most {MaxLength}");
            return null;
        }

        var document = new YamlDocument(text, errors);
        try
        {
            return document.Root();
        }
        catch (YamlException e)
        {
            string hint = e.Message.Contains("alias", StringComparison.Ordinal) ? " (for all radios, write '*' in quotes)" : "";
            errors.Add(e.Start, $"is not YAML: {e.Message}{hint}");
        }
        catch (InvalidOperationException)
        {
            // What YamlDotNet's parser throws, without a place, when it loses its way in a damaged text.
            errors.Add(document._parser.Current?.End ?? Mark.Empty, "is not YAML: cannot be understood from here on");
        }

        return null;
    }

    private YamlNode? Root()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _errors.Add(Mark.Empty, "is empty");
            return null;
        }

        var root = Node(null, 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
            _errors.Add(second.Start, "a second document starts here; only one is allowed");
        return root;
    }

    private YamlNode Node(YamlField? field, int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _errors.Add(alias.Start, $"'*{YamlScalar.Shown(alias.Value.Value)}' is an alias; write the value itself", field);
            return new YamlScalar(alias.Start, field, $"*{alias.Value}", Plain: true);
        }

        var start = _parser.Consume<NodeEvent>();
        if (++_values > MaxValues)
            throw new YamlException(start.Start, start.End, $"more than {MaxValues} values");
        if (start is Scalar scalar)
            return new YamlScalar(scalar.Start, field, scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (depth == MaxDepth)
            throw new YamlException(start.Start, start.End, $"nested more than {MaxDepth} deep");
        if (start is SequenceStart)
        {
            var items = new List<YamlNode>();
            while (!_parser.TryConsume<SequenceEnd>(out _))
                items.Add(Node(new(field, null, items.Count), depth + 1));
            return new YamlList(start.Start, field, items);
        }

        var pairs = new List<(YamlNode, YamlNode)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(field, depth + 1);
            var inside = new YamlField(field, (key as YamlScalar)?.Value ?? "?", 0);
            pairs.Add((key with { Field = inside }, Node(inside, depth + 1)));
        }

        return new YamlMap(start.Start, field, pairs);
    }
}
