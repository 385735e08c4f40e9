using System.Collections.Concurrent;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Engine;

/// <summary>What other threads have the engine's thread do between two rounds.</summary>
internal sealed unsafe class CommandQueue : IDisposable
{
    private readonly ConcurrentQueue<Action> _commands = new();

    /// <summary>eventfd that is signalled when a command comes.</summary>
    public int Descriptor { get; } = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for the engine");

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _commands.IsEmpty;

    /// <summary>Adds a command; any thread.</summary>
    /// <param name="command">Must not block.</param>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        ulong one = 1;
        _ = write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Adds a computation; any thread.</summary>
    /// <param name="compute">Must not block; what it throws, whoever awaits it gets.</param>
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
        return done.Task;
    }

    /// <summary>Carries out all that wait.</summary>
    public void Run()
    {
        while (_commands.TryDequeue(out Action? command))
            command();
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(Descriptor);
}
