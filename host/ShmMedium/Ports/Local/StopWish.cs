using ShmWifi.Hwsim;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Ports.Local;

/// <summary>Ends a loop from another thread.</summary>
internal sealed unsafe class StopWish : IControlSource, IDisposable
{
    private bool _isStopWanted;

    /// <inheritdoc/>
    public int Descriptor { get; } = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd to stop by");

    /// <inheritdoc/>
    public bool IsStopWanted => Volatile.Read(ref _isStopWanted);

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopWanted, true);
        ulong one = 1;
        _ = write(Descriptor, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Answer()
    {
        // All that is ever wanted is the end, and the loop looks for that itself.
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(Descriptor);
}
