namespace ShmWifi.Lab.Processes;

/// <summary>Disposes what was started, the latest first.</summary>
internal sealed class Cleanup : IDisposable
{
    private readonly Stack<IDisposable> _started = new();

    /// <summary>Disposes it, too.</summary>
    public T Add<T>(T started)
        where T : IDisposable
    {
        _started.Push(started);
        return started;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_started.TryPop(out var one))
            one.Dispose();
    }
}
