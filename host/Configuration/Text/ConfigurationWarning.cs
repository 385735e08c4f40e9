namespace ShmWifi.Configuration.Text;

/// <summary>Something that is not taken as it is written in a file.</summary>
/// <param name="File">The file, as it was named to us.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Message">What differs, and what to do if it matters.</param>
public sealed record ConfigurationWarning(string File, int Line, int Column, string Message)
{
    /// <summary>As compilers write it, so that editors find the place.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: warning: {Message}";
}
