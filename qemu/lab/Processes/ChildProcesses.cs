using System.Globalization;

namespace ShmWifi.Lab.Processes;

/// <summary>The processes that a process has started and that its kernel still knows: proc_tid_children(5).</summary>
internal static class ChildProcesses
{
    /// <summary>Their IDs.</summary>
    public static IReadOnlyList<int> Of(int parent) =>
    [
        .. Directory.EnumerateDirectories($"/proc/{parent}/task")
            .SelectMany(task => Read($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
    ];

    /// <summary>A file of /proc; empty when its process has ended.</summary>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
