using ShmWifi.Hwsim;
using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Ends a loop from another thread.</summary>
internal sealed class StopSignal : IControlSource, IDisposable
{
    private readonly EventFd _event = new();
    private bool _isStopWanted;

    /// <inheritdoc/>
    public int Descriptor => _event.Descriptor;

    /// <inheritdoc/>
    public bool IsStopWanted => Volatile.Read(ref _isStopWanted);

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopWanted, true);
        _event.Signal();
    }

    /// <inheritdoc/>
    public void Answer()
    {
        // All that is ever wanted is the end, and the loop looks for that itself.
    }

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();
}
