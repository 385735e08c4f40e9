using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.RingPeer;

/// <summary>An eventfd that one side rings and the other sleeps on.</summary>
/// <param name="descriptor">The eventfd, non-blocking; closed with the doorbell.</param>
internal sealed class EventDoorbell(int descriptor) : Doorbell
{
    private readonly EventFd _event = new(descriptor);

    /// <summary>The eventfd; children inherit it.</summary>
    public override int Descriptor => _event.Descriptor;

    /// <summary>Makes an eventfd that children inherit.</summary>
    public static EventDoorbell Create() => new(LibCException.ThrowIfFailed(eventfd(0, EFD_NONBLOCK), "eventfd"));

    /// <inheritdoc/>
    public override void Ring() => _event.Signal();

    /// <inheritdoc/>
    public override bool TryTake() => _event.Drain() != 0;

    /// <inheritdoc/>
    public override bool HasRung(bool isDue) => TryTake();

    /// <inheritdoc/>
    public override void Dispose() => _event.Dispose();
}
