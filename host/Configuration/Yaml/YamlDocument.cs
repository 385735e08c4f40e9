using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ShmWifi.Configuration.Yaml;

/// <summary>Reads the one document of a configuration file.</summary>
/// <remarks>YamlDotNet's own representation model stops at the first duplicate key; this one keeps all pairs, so that a file's errors
/// are reported together.</remarks>
internal static class YamlDocument
{
    // The configuration nests three deep. A limit keeps the recursion off the end of the stack.
    private const int MaxDepth = 32;

    /// <returns>null, and an error, when there is no document.</returns>
    /// <exception cref="YamlException">The text is not YAML.</exception>
    public static YamlNode? Read(string text, ErrorList errors)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            return Root(parser, errors);
        }
        catch (InvalidOperationException e)
        {
            // What YamlDotNet's parser throws, without a place, when it loses its way in a damaged text.
            var last = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(last, last, "cannot be understood from here on", e);
        }
    }

    private static YamlNode? Root(Parser parser, ErrorList errors)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            errors.Add(Mark.Empty, "is empty; a configuration needs 'socket', 'vms' or both");
            return null;
        }

        var root = Node(parser, errors, 0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            errors.Add(second.Start, "a second document starts here; a configuration is one document");
        return root;
    }

    private static YamlNode Node(Parser parser, ErrorList errors, int depth)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar(scalar.Start, scalar.Value, scalar.Style == ScalarStyle.Plain);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            errors.Add(alias.Start, $"'*{alias.Value}' is an alias; write the value itself");
            return new YamlScalar(alias.Start, $"*{alias.Value}", Plain: true);
        }

        var start = parser.Consume<NodeEvent>();
        if (depth == MaxDepth)
            throw new YamlException(start.Start, start.End, $"nested more than {MaxDepth} deep");
        if (start is SequenceStart)
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Node(parser, errors, depth + 1));
            return new YamlList(start.Start, items);
        }

        var pairs = new List<(YamlNode, YamlNode)>();
        while (!parser.TryConsume<MappingEnd>(out _))
            pairs.Add((Node(parser, errors, depth + 1), Node(parser, errors, depth + 1)));
        return new YamlMap(start.Start, pairs);
    }
}
