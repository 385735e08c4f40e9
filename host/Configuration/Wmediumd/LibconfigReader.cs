using ShmWifi.Configuration.Text;

namespace ShmWifi.Configuration.Wmediumd;

/// <summary>Reads a libconfig file.</summary>
/// <remarks>Source: libconfig's manual, chapter Configuration Files: settings <c>name = value</c> or
/// <c>name : value</c>, each with a <c>;</c>, a <c>,</c> or nothing behind it;
/// groups <c>{ }</c>, lists <c>( )</c>, arrays <c>[ ]</c>; texts side by side are one.</remarks>
internal sealed class LibconfigReader
{
    private const int MaxDepth = 32;

    private readonly LibconfigScanner _scanner;
    private LibconfigToken _token;

    private LibconfigReader(LibconfigScanner scanner) => (_scanner, _token) = (scanner, scanner.Next());

    /// <summary>The settings of a file.</summary>
    /// <exception cref="ConfigurationException">It is not as libconfig has it; carries the first error.</exception>
    public static LibconfigGroup Read(string text, string file)
    {
        var reader = new LibconfigReader(new(text, file));
        return new(1, 1, reader.Settings('\0', 0));
    }

    private LibconfigToken Take()
    {
        var token = _token;
        _token = _scanner.Next();
        return token;
    }

    private bool TryTake(char kind)
    {
        if (_token.Kind != kind)
            return false;
        Take();
        return true;
    }

    private ConfigurationException Unexpected(string expected) =>
        _scanner.Wrong(_token.Line, _token.Column, $"here is {(_token.Kind is '\0' or 'v' ? _token.Text : $"'{_token.Text}'")}; expected {expected}");

    private Dictionary<string, LibconfigNode> Settings(char end, int depth)
    {
        var settings = new Dictionary<string, LibconfigNode>(StringComparer.Ordinal);
        while (_token.Kind != end)
        {
            if (_token.Kind != 'n')
                throw Unexpected(end == '\0' ? "the name of a setting" : $"the name of a setting, or '{end}'");
            var name = Take();
            if (!TryTake('='))
                throw Unexpected($"'=' after '{name.Text}'");
            if (!settings.TryAdd(name.Text, Value(depth + 1)))
                throw _scanner.Wrong(name.Line, name.Column, $"'{name.Text}' is here a second time; the first is in line {settings[name.Text].Line}");
            if (!TryTake(';'))
                TryTake(',');
        }

        return settings;
    }

    private LibconfigNode Value(int depth)
    {
        var start = _token;
        if (depth > MaxDepth)
            throw _scanner.Wrong(start.Line, start.Column, $"nested more than {MaxDepth} deep");
        switch (start.Kind)
        {
            case 'v':
                var value = Take().Value!;
                while (value is LibconfigText first && _token.Value is LibconfigText next)
                {
                    value = first with { Value = first.Value + next.Value };
                    Take();
                }

                return value;
            case '{':
                Take();
                var settings = Settings('}', depth);
                Take();
                return new LibconfigGroup(start.Line, start.Column, settings);
            case '(' or '[':
                Take();
                return new LibconfigList(start.Line, start.Column, Items(start.Kind == '(' ? ')' : ']', depth));
            default:
                throw Unexpected("a value");
        }
    }

    private List<LibconfigNode> Items(char end, int depth)
    {
        var items = new List<LibconfigNode>();
        while (!TryTake(end))
        {
            items.Add(Value(depth + 1));
            if (!TryTake(',') && _token.Kind != end)
                throw Unexpected($"',' or '{end}'");
        }

        return items;
    }
}
