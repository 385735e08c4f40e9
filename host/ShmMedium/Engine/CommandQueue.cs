using System.Collections.Concurrent;
using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>What other threads have the engine's thread do between two rounds.</summary>
internal sealed class CommandQueue : IDisposable
{
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Signalled when a command comes.</summary>
    public EventFd Signal { get; } = new();

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _commands.IsEmpty;

    /// <summary>Adds a command; any thread.</summary>
    /// <param name="command">Must not block.</param>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        Signal.Signal();
    }

    /// <summary>Adds a computation; any thread.</summary>
    /// <param name="compute">Must not block; what it throws, whoever awaits it gets.</param>
    /// <returns>Is cancelled when the engine's thread ends before it.</returns>
    public Task<T> PostAsync<T>(Func<T> compute)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(compute());
            }
            catch (Exception exception) // whoever asked is told
            {
                done.SetException(exception);
            }
        });
        return UntilClosed(done.Task);
    }

    /// <summary>Carries out all that wait.</summary>
    public void Run()
    {
        while (_commands.TryDequeue(out var command))
            command();
    }

    /// <summary>A task of the engine's thread, for who must not wait for it when that thread has ended.</summary>
    public Task<T> UntilClosed<T>(Task<T> task) => task.WaitAsync(_closed.Token);

    /// <summary>Nobody carries out any more what waits or comes.</summary>
    public void Close() => _closed.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Signal.Dispose();
        _closed.Dispose();
    }
}
