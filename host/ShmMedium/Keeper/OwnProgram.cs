namespace ShmWifi.ShmMedium.Keeper;

/// <summary>This program, for who starts it again.</summary>
internal static class OwnProgram
{
    /// <summary>What it is started by, as it is on disk.</summary>
    public static IReadOnlyList<string> Words { get; } = Environment.ProcessPath is { } path && Path.GetFileName(path) != "dotnet"
        ? [path]
        : [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "shm-medium.dll")];
}
