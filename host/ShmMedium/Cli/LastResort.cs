namespace ShmWifi.ShmMedium.Cli;

/// <summary>Ends the process when a daemon that failed does not end in order.</summary>
internal sealed class LastResort : IDisposable
{
    /// <summary>How long the end in order may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly ManualResetEventSlim _ended = new();

    /// <summary>Begins to wait.</summary>
    public LastResort(int exitCode)
    {
        new Thread(() =>
        {
            if (!_ended.Wait(Limit))
                Tmds.Linux.LibC._exit(exitCode);
        })
        { Name = "last-resort", IsBackground = true }.Start();
    }

    /// <summary>It has ended in order.</summary>
    public void Dispose() => _ended.Set();
}
