namespace ShmWifi.Lab.Processes;

/// <summary>The end of a log file, for messages about what went wrong.</summary>
internal static class LogTail
{
    /// <summary>The last lines of a file, each indented; says so when there is none.</summary>
    /// <param name="path">The file; it may be missing.</param>
    /// <param name="lines">How many lines at most.</param>
    public static string Of(string path, int lines = 12)
    {
        var last = ReadAll(path).TrimEnd('\n', '\r').Split('\n').TakeLast(lines).Select(line => "    " + line.TrimEnd('\r')).ToList();
        return last.All(string.IsNullOrWhiteSpace)
            ? $"  {path} is empty"
            : $"  last lines of {path}:\n{string.Join('\n', last)}";
    }

    /// <summary>The whole file, even while another process writes it; empty when it is missing.</summary>
    public static string ReadAll(string path)
    {
        if (!File.Exists(path))
            return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
