namespace ShmWifi.Tests.Support;

/// <summary>A machine that has something else to do: threads that run without end, until this is disposed.</summary>
internal sealed class BusyCores : IDisposable
{
    private readonly Task[] _threads;
    private volatile bool _isStopping;

    /// <summary>Starts them.</summary>
    /// <param name="threadsACore">How many for each core.</param>
    public BusyCores(int threadsACore) =>
        _threads = [.. Enumerable.Range(0, threadsACore * Environment.ProcessorCount).Select(_ => OwnThread.RunAsync("busy", Run))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopping = true;
        Task.WaitAll(_threads);
    }

    private void Run()
    {
        while (!_isStopping)
            Thread.SpinWait(1000);
    }
}
