using System.Globalization;
using System.Numerics;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Configuration.Yaml;

/// <summary>One mapping of the file: its known keys, read by type. What is wrong goes to the error list, and the caller gets the default.</summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly ErrorList _errors;

    /// <param name="name">Its key, or "" for the whole file.</param>
    public Section(YamlNode node, string name, string[] keys, ErrorList errors)
    {
        (Node, _name, _errors) = (node, name, errors);
        if (node is not YamlMap map)
        {
            string what = name.Length == 0 ? "the file" : $"'{name}'";
            errors.Add(node, $"{what} is {node.Kind}; it must be a mapping of {string.Join(", ", keys)}");
            return;
        }

        IsMapping = true;
        foreach (var (key, value) in map.Pairs)
        {
            if (errors.IsFull)
                break;
            if (key is not YamlScalar { Value: var word } || !keys.Contains(word))
            {
                string unknown = (key as YamlScalar)?.Value ?? key.Kind;
                errors.Add(key, $"unknown key '{YamlScalar.Shown(unknown)}'{In}{Nearest.Hint(unknown, keys)}; allowed: {string.Join(", ", keys)}");
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
    /// <param name="allowed">What it may be, for the error.</param>
    public YamlScalar? Scalar(string key, string allowed)
    {
        var node = Value(key);
        if (node is null or YamlScalar { IsNull: false })
            return (YamlScalar?)node;
        _errors.Add(node, $"'{key}' is {node.Kind}; allowed: {allowed}");
        return null;
    }

    /// <summary>A path.</summary>
    /// <param name="folder">Where relative ones start; null: only absolute ones are allowed.</param>
    /// <returns>Absolute; null when it is missing or wrong.</returns>
    public string? Path(string key, string? folder)
    {
        string allowed = folder is null ? "an absolute path" : "a path, from the folder of this file if it is relative";
        if (Scalar(key, allowed) is not { Value: var path } scalar)
            return null;
        if (path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) && (folder is not null || System.IO.Path.IsPathRooted(path)))
            return System.IO.Path.GetFullPath(path, folder ?? "/");
        string what = path.Length == 0 ? "empty" : path.Contains('\0', StringComparison.Ordinal) ? "a text with a NUL in it" : scalar.Kind;
        _errors.Add(scalar, $"'{key}' is {what}; allowed: {allowed}");
        return null;
    }

    /// <summary>A key is missing that must be there.</summary>
    /// <param name="allowed">What it may be, for the error.</param>
    public void Missing(string key, string allowed)
    {
        if (IsMapping)
            _errors.Add(Node, $"'{key}' is missing{In}; give {allowed}");
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key) => Word(key, false, ("true", true), ("false", false));

    /// <summary>A number from a range.</summary>
    /// <returns>null when it is missing or wrong.</returns>
    public double? Number(string key, Bounds bounds)
    {
        if (Scalar(key, bounds.Allowed) is not { } scalar)
            return null;
        if (TryNumber(scalar, bounds, out double value))
            return value;
        _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {bounds.Allowed}");
        return null;
    }

    /// <summary>A duration from a range.</summary>
    /// <returns>null when it is missing or wrong.</returns>
    public TimeSpan? Duration(string key, TimeSpan min, TimeSpan max)
    {
        string allowed = $"{Text.Duration.Allowed}, from {Text.Duration.ToText(min)} to {Text.Duration.ToText(max)}";
        if (Scalar(key, allowed) is not { } scalar)
            return null;
        if (Text.Duration.TryParse(scalar.Value, out var value) && value >= min && value <= max)
            return value;
        _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return null;
    }

    /// <summary>A number of bytes from a range.</summary>
    /// <returns>null when it is missing or wrong.</returns>
    public long? Bytes(string key, long min, long max)
    {
        string allowed = $"{ByteSize.Allowed}, from {ByteSize.ToText(min)} to {ByteSize.ToText(max)}";
        if (Scalar(key, allowed) is not { } scalar)
            return null;
        if (ByteSize.TryParse(scalar.Value, out long value) && value >= min && value <= max)
            return value;
        _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return null;
    }

    /// <summary>Numbers from a range, so many.</summary>
    /// <returns>null when they are missing or wrong.</returns>
    public double[]? Numbers(string key, int count, Bounds bounds) =>
        Value(key) is { } node ? Numbers(node, key, count, bounds, _errors) : null;

    /// <summary>Numbers from a range, so many.</summary>
    /// <returns>null when they are wrong.</returns>
    public static double[]? Numbers(YamlNode node, string name, int count, Bounds bounds, ErrorList errors)
    {
        string allowed = $"a list of {count} numbers, each {bounds.Allowed}";
        if (node is not YamlList list)
        {
            errors.Add(node, $"'{name}' is {node.Kind}; allowed: {allowed}");
            return null;
        }

        if (list.Items.Count != count)
        {
            errors.Add(node, $"'{name}' has {list.Items.Count} values; allowed: {allowed}");
            return null;
        }

        double[] numbers = new double[count];
        bool right = true;
        for (int i = 0; i < count; i++)
        {
            if (list.Items[i] is YamlScalar scalar && TryNumber(scalar, bounds, out numbers[i]))
                continue;
            right = false;
            errors.Add(list.Items[i], $"'{name}[{i}]' is {list.Items[i].Kind}; allowed: {bounds.Allowed}");
        }

        return right ? numbers : null;
    }

    /// <summary>The items of a list.</summary>
    /// <param name="allowed">What it may be, for the error.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<YamlNode> Items(string key, string allowed, int limit)
    {
        switch (Value(key))
        {
            case null:
                return [];
            case YamlList list when TooMany(key, list.Items.Count, limit) is { } problem:
                _errors.Add(list, problem);
                return [];
            case YamlList list:
                return list.Items;
            case { } node:
                _errors.Add(node, $"'{key}' is {node.Kind}; allowed: {allowed}");
                return [];
        }
    }

    /// <summary>A whole number from a range.</summary>
    public int Integer(string key, int absent, int min, int max)
    {
        string allowed = $"a whole number from {min} to {max}";
        if (Scalar(key, allowed) is not { } scalar)
            return absent;
        if (TryInteger(scalar, min, max, out int value))
            return value;
        _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return absent;
    }

    /// <summary>A power of two from a range.</summary>
    public uint PowerOfTwo(string key, uint absent, uint min, uint max)
    {
        string allowed = $"a power of two from {min} to {max}";
        if (Scalar(key, allowed) is not { } scalar)
            return absent;
        if (!TryInteger(scalar, (int)min, (int)max, out int value))
        {
            _errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
            return absent;
        }

        if (BitOperations.IsPow2(value))
            return (uint)value;
        uint above = BitOperations.RoundUpToPowerOf2((uint)value);
        _errors.Add(scalar, $"'{key}' is {value}, no power of two; allowed: {allowed}; next to it are {above / 2} and {above}");
        return absent;
    }

    /// <summary>One of a few words.</summary>
    public T Word<T>(string key, T absent, params (string Word, T Value)[] words)
    {
        string allowed = string.Join(", ", words.Select(w => w.Word));
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

    /// <summary>That a list is too long.</summary>
    /// <returns>null when it is not.</returns>
    public static string? TooMany(string name, int count, int limit) =>
        count > limit ? $"'{name}' has {count} entries; allowed: at most {limit}" : null;

    /// <summary>Reads an unquoted decimal number.</summary>
    public static bool TryInteger(YamlScalar scalar, int min, int max, out int value)
    {
        value = 0;
        return scalar.Plain
            && int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
            && value >= min
            && value <= max;
    }

    private static bool TryNumber(YamlScalar scalar, Bounds bounds, out double value)
    {
        value = 0;
        return scalar.Plain
            && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && value >= bounds.Min // NaN is not.
            && value <= bounds.Max;
    }

    private string In => _name.Length == 0 ? "" : $" in '{_name}'";
}
