namespace ShmWifi.Configuration.Text;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">The file, as it was named to us.</param>
/// <param name="Line">From 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">From 1; 0 with line 0.</param>
/// <param name="Message">What is wrong, and what is allowed.</param>
public sealed record ConfigurationError(string File, int Line, int Column, string Message)
{
    /// <summary>The field that is meant, such as <c>links[2].snrDb</c>; empty when all of it is.</summary>
    public string Field { get; init; } = "";

    /// <summary>As compilers write it, so that editors find the place.</summary>
    public override string ToString() =>
        Line == 0 ? $"{File}: error: {Message}" : $"{File}:{Line}:{Column}: error: {Message}";
}

/// <summary>A configuration file is wrong. The message has all its errors, a line each.</summary>
#pragma warning disable CA1032 // Only errors make it: a constructor without them would lie.
public sealed class ConfigurationException(IReadOnlyList<ConfigurationError> errors)
    : Exception(string.Join('\n', errors))
#pragma warning restore CA1032
{
    /// <summary>At least one, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;
}
