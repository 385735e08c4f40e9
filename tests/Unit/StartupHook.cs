#pragma warning disable MA0047, CA1050 // the runtime looks for it without a namespace
/// <summary>Run by the runtime of a shm-medium that was started with DOTNET_STARTUP_HOOKS: a thread of it fails when a file appears
/// that is empty or has its process ID.</summary>
/// <remarks>Source: dotnet/runtime docs/design/features/host-startup-hook.md: the name, no namespace.</remarks>
internal static class StartupHook
{
    /// <summary>Has the path of the file.</summary>
    public const string Trigger = "SHMWIFI_TEST_FAIL_WHEN";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Trigger) is not { } path)
            return;
        new Thread(() =>
        {
            while (!File.Exists(path) || File.ReadAllText(path) is { Length: > 0 } id && id != $"{Environment.ProcessId}")
                Thread.Sleep(10);
            throw new InvalidOperationException("a fault of the test's");
        })
        { Name = "doomed", IsBackground = true }.Start();
    }
}
