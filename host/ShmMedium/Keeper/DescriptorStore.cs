using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>An engine's end: what its keeper has for it, and what the keeper shall keep.</summary>
/// <remarks>A keeper that is gone is told nothing: the engine ends by <see cref="AwaitEnd"/>.</remarks>
internal sealed class DescriptorStore : IDescriptorStore, IDisposable
{
    private readonly FileDescriptor _handOver;
    private readonly NotifySocket _notify;
    private readonly Dictionary<string, FileDescriptor> _left = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<EngineRestart> _restarts = [];

    /// <summary>Of an engine that serves not yet.</summary>
    /// <param name="handOver">Where the keeper hands over; owned from now on.</param>
    /// <param name="notifySocket">Where it listens: a path, or @ and an abstract name.</param>
    /// <param name="isLasting">Whether systemd keeps what the keeper keeps.</param>
    /// <exception cref="LibCException">Nobody listens there.</exception>
    public DescriptorStore(int handOver, string notifySocket, bool isLasting)
    {
        IsLasting = isLasting;
        _handOver = new FileDescriptor(handOver);
        _notify = new NotifySocket(notifySocket, $"connect to the keeper at {notifySocket}");
    }

    /// <inheritdoc/>
    public int? KeeperId { get; } = getppid();

    /// <inheritdoc/>
    public IReadOnlyList<EngineRestart> Restarts => _restarts;

    /// <inheritdoc/>
    public bool IsLasting { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _left.Keys;

    /// <summary>Whether the hand-over has begun already: there is no time to prepare for it.</summary>
    public bool IsWanted => Poll.WaitFor(_handOver.Descriptor, POLLIN, TimeSpan.Zero);

    /// <summary>Tells the keeper something.</summary>
    public void Tell(string lines) => _notify.Tell(lines);

    /// <summary>Sleeps until this engine is to serve.</summary>
    /// <returns>False: the keeper has ended.</returns>
    public bool AwaitHandOver()
    {
        while (Receive(out var descriptor) is { } message)
        {
            if (descriptor is not null && message.DescriptorName is { } name)
                _left[name] = descriptor;
            if (message.Says("READY"))
                return true;
        }
        return false;
    }

    /// <summary>Takes what the keeper tells of restarts, until it has ended.</summary>
    public void AwaitEnd()
    {
        while (Receive(out var descriptor) is not null)
            descriptor?.Dispose(); // none is given after the hand-over
    }

    /// <summary>What the keeper says next; null: it has ended.</summary>
    private NotifyMessage? Receive(out FileDescriptor? descriptor)
    {
        byte[] buffer = new byte[NotifyMessage.MaxBytes];
        long length = UnixMessage.Receive(_handOver.Descriptor, buffer, 0, out descriptor, out _);
        if (length <= 0)
            return null;
        var message = NotifyMessage.Parse(buffer.AsSpan(0, (int)length));
        if (EngineRestart.Of(message) is { } restart)
            _restarts = restart.After(_restarts);
        return message;
    }

    /// <inheritdoc/>
    public FileDescriptor? Take(string name) => _left.Remove(name, out var descriptor) ? descriptor : null;

    /// <inheritdoc/>
    public void Keep(string name, int descriptor) => _notify.Keep(name, descriptor);

    /// <inheritdoc/>
    public void Drop(string name) => _notify.Drop(name);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var descriptor in _left.Values)
            descriptor.Dispose();
        _notify.Dispose();
        _handOver.Dispose();
    }
}
