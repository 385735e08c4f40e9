using System.Globalization;
using System.Numerics;

namespace ShmWifi.Configuration.Yaml;

/// <summary>One mapping of the file: its known keys, read by type. What is wrong goes to the error list, and the caller gets the default.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly ErrorList _errors;

    /// <param name="node">Where the mapping is expected.</param>
    /// <param name="name">Its key, or "" for the whole file.</param>
    /// <param name="keys">The keys that it may have.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public Section(YamlNode node, string name, string[] keys, ErrorList errors)
    {
        (Node, _name, _errors) = (node, name, errors);
        if (node is not YamlMap map)
        {
            var what = name.Length == 0 ? "the file" : $"'{name}'";
            errors.Add(node, $"{what} is {node.Kind}; it must be a mapping of {string.Join(", ", keys)}");
            return;
        }

        IsMapping = true;
        foreach (var (key, value) in map.Pairs)
        {
            if (key is not YamlScalar { Value: var word } || !keys.Contains(word))
            {
                var unknown = (key as YamlScalar)?.Value ?? key.Kind;
                errors.Add(key, $"unknown key '{unknown}'{In}{Nearest.Hint(unknown, keys)}; allowed: {string.Join(", ", keys)}");
            }
            else if (!_values.TryAdd(word, value))
            {
                errors.Add(key, $"key '{word}'{In} is here a second time; the first is in line {_values[word].Start.Line}");
            }
        }
    }

    /// <summary>Where it stands.</summary>
    public YamlNode Node { get; }

    /// <summary>Whether it is a mapping at all; if not, that is the one error reported of it.</summary>
    public bool IsMapping { get; }

    /// <summary>What a key holds, whatever it is.</summary>
    public YamlNode? Value(string key) => _values.GetValueOrDefault(key);

    /// <summary>What a key holds, if it is a single value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="allowed">What it may be, for the error.</param>
    public YamlScalar? Scalar(string key, string allowed)
    {
        var node = Value(key);
        if (node is null or YamlScalar { IsNull: false })
            return (YamlScalar?)node;
        _errors.Add(node, $"'{key}' is {node.Kind}; allowed: {allowed}");
        return null;
    }

    /// <summary>A whole number from a range.</summary>
    public int Integer(string key, int absent, int min, int max)
    {
        var allowed = $"a whole number from {min} to {max}";
        if (Scalar(key, allowed) is not { } scalar)
            return absent;
        if (TryInteger(scalar, min, max, out var value))
            return value;
        _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return absent;
    }

    /// <summary>A power of two from a range.</summary>
    public uint PowerOfTwo(string key, uint absent, uint min, uint max)
    {
        var allowed = $"a power of two from {min} to {max}";
        if (Scalar(key, allowed) is not { } scalar)
            return absent;
        if (!TryInteger(scalar, (int)min, (int)max, out var value))
        {
            _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
            return absent;
        }

        if (BitOperations.IsPow2(value))
            return (uint)value;
        var above = BitOperations.RoundUpToPowerOf2((uint)value);
        _errors.Add(scalar, $"'{key}' is {value}, no power of two; allowed: {allowed}; next to it are {above / 2} and {above}");
        return absent;
    }

    /// <summary>One of a few words.</summary>
    public T Word<T>(string key, T absent, params (string Word, T Value)[] words)
    {
        var allowed = string.Join(", ", words.Select(w => w.Word));
        if (Scalar(key, allowed) is not { } scalar)
            return absent;
        foreach (var (word, value) in words)
        {
            if (word == scalar.Value)
                return value;
        }

        _errors.Add(scalar, $"'{key}' is {scalar.Kind}{Nearest.Hint(scalar.Value, words.Select(w => w.Word))}; allowed: {allowed}");
        return absent;
    }

    /// <summary>Reads an unquoted decimal number.</summary>
    public static bool TryInteger(YamlScalar scalar, int min, int max, out int value)
    {
        value = 0;
        return scalar.Plain
            && int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && value >= min
            && value <= max;
    }

    private string In => _name.Length == 0 ? "" : $" in '{_name}'";
}
