using System.Globalization;
using System.Text;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Configuration.Wmediumd;

/// <summary>A token of a libconfig file.</summary>
/// <param name="Kind">One of <c>n</c> (name), <c>v</c> (a value: <paramref name="Value"/>), a character of punctuation, or NUL (the end).</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
internal sealed record LibconfigToken(char Kind, int Line, int Column, string Text, LibconfigNode? Value = null);

/// <summary>Splits a libconfig file into tokens.</summary>
/// <remarks>Source: libconfig's manual, chapter Configuration Files, and its lib/scanner.l (1.7):
/// <c>#</c>, <c>//</c> and <c>/* */</c> comments; decimal numbers, 0x, 0b, 0o
/// and 0q ones, <c>L</c> or <c>LL</c> behind 64 bits; floats with a point or an exponent;
/// booleans in any case; texts with \a \b \f \n \r \t \v \\ \" \xNN.</remarks>
internal sealed class LibconfigScanner(string text, string file)
{
    private const string Punctuation = "=:;,(){}[]";

    private int _at, _line = 1, _lineStart;

    /// <summary>The next token.</summary>
    /// <exception cref="ConfigurationException">There is none that libconfig knows.</exception>
    public LibconfigToken Next()
    {
        SkipBlanks();
        var (start, line, column) = (_at, _line, _at - _lineStart + 1);
        if (_at == text.Length)
            return new('\0', line, column, "the end of the file");
        char c = text[_at];
        if (Punctuation.Contains(c, StringComparison.Ordinal))
        {
            _at++;
            return new(c is ':' ? '=' : c, line, column, c.ToString());
        }

        if (c == '"')
            return new('v', line, column, "a text", new LibconfigText(line, column, Quoted()));
        if (char.IsAsciiLetter(c) || c == '*')
            return Word(line, column);
        if (char.IsAsciiDigit(c) || c is '+' or '-' or '.')
            return Number(line, column);
        if (c == '@')
            throw Wrong(line, column, "'@include' is not followed; put what that file says into this one");
        throw Wrong(line, column, $"'{(char.IsControl(c) ? $"\\x{(int)text[start]:x2}" : c)}' is nothing that libconfig knows here");
    }

    /// <summary>An error at a place.</summary>
    public ConfigurationException Wrong(int line, int column, string message) => new([new(file, line, column, message)]);

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '\n')
                NewLine();
            else if (text[_at] is ' ' or '\t' or '\r' or '\f' or '\a' or '\b' or '\v')
                _at++;
            else if (text[_at] == '#' || Starts("//"))
                _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
            else if (Starts("/*"))
                SkipComment();
            else
                return;
        }
    }

    private void SkipComment()
    {
        var (line, column) = (_line, _at - _lineStart + 1);
        for (_at += 2; !Starts("*/"); _at++)
        {
            if (_at >= text.Length)
                throw Wrong(line, column, "this comment has no '*/' at its end");
            if (text[_at] == '\n')
            {
                NewLine();
                _at--;
            }
        }

        _at += 2;
    }

    private void NewLine()
    {
        _at++;
        _line++;
        _lineStart = _at;
    }

    private bool Starts(string what) => text.AsSpan(_at).StartsWith(what, StringComparison.Ordinal);

    private LibconfigToken Word(int line, int column)
    {
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '_' or '*'))
            _at++;
        string word = text[start.._at];
        return bool.TryParse(word, out bool value)
            ? new('v', line, column, word, new LibconfigBoolean(line, column, value))
            : new('n', line, column, word);
    }

    private LibconfigToken Number(int line, int column)
    {
        int start = _at++;
        while (_at < text.Length
            && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E')))
            _at++;
        string word = text[start.._at];
        return Value(word) is var (number, isWhole)
            ? new('v', line, column, word, new LibconfigNumber(line, column, number, isWhole))
            : throw Wrong(line, column, $"'{word}' is no number");
    }

    private static (double Number, bool IsWhole)? Value(string word)
    {
        string digits = word.EndsWith("LL", StringComparison.Ordinal) ? word[..^2] : word.EndsWith('L') ? word[..^1] : word;
        int numberBase = digits.Length > 2 && digits[0] == '0'
            ? digits[1] switch { 'x' or 'X' => 16, 'b' or 'B' => 2, 'o' or 'O' or 'q' or 'Q' => 8, _ => 10 }
            : 10;
        if (numberBase != 10)
        {
            double? isRight = numberBase switch
            {
                16 => ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hexadecimal)
                    ? (double?)hexadecimal
                    : null,
                2 => ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out ulong binary)
                    ? binary
                    : null,
                _ => Octal(digits.AsSpan(2)),
            };
            return isRight is { } number ? (number, true) : null;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return (whole, true);
        const NumberStyles Float = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return digits.Length == word.Length && double.TryParse(word, Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? (value, false)
            : null;
    }

    private static double? Octal(ReadOnlySpan<char> digits)
    {
        double value = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7')
                return null;
            value = (value * 8) + (digit - '0');
        }

        return value;
    }

    private string Quoted()
    {
        var (line, column) = (_line, _at - _lineStart + 1);
        var quoted = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] != '"';)
        {
            if (text[_at] == '\n')
            {
                quoted.Append('\n');
                NewLine();
            }
            else
            {
                quoted.Append(text[_at] == '\\' ? Escaped() : text[_at++]);
            }
        }

        if (_at == text.Length)
            throw Wrong(line, column, "this text has no '\"' at its end");
        _at++;
        return quoted.ToString();
    }

    // As libconfig: a backslash before anything else is itself.
    private char Escaped()
    {
        const string Letters = "abfnrtv\\\"", Meanings = "\a\b\f\n\r\t\v\\\"";
        char next = _at + 1 < text.Length ? text[_at + 1] : '\0';
        if (next is 'x' or 'X' && _at + 3 < text.Length
            && byte.TryParse(text.AsSpan(_at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code))
        {
            _at += 4;
            return (char)code;
        }

        int known = Letters.IndexOf(next, StringComparison.Ordinal);
        _at += known < 0 ? 1 : 2;
        return known < 0 ? '\\' : Meanings[known];
    }
}
