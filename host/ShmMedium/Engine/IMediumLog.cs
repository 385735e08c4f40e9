using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>What happens to VMs and radios, for people. Called on the engine thread, never for a frame; must not block.</summary>
/// <remarks>Called for all that happens; what is written of it is bounded by <see cref="PortOffer.Log"/>.</remarks>
internal interface IMediumLog
{
    /// <summary>A VM got a port.</summary>
    void PortAttached(Port port);

    /// <summary>A VM that another engine has served is served on.</summary>
    void PortResumed(Port port);

    /// <summary>A VM is gone.</summary>
    void PortDetached(Port port);

    /// <summary>A guest broke the rules of the ring and is served no more.</summary>
    void PortFaulted(Port port, PortFault fault);

    /// <summary>A guest's service started.</summary>
    void GuestReady(Port port);

    /// <summary>A radio came on the medium.</summary>
    void RadioAdded(Radio radio);

    /// <summary>A radio is not on the medium: its VM has as many as it may have.</summary>
    void RadioRefused(Port port, string radio);

    /// <summary>A radio does not get an address that it announced.</summary>
    void AddressRefused(Radio radio, MacAddress address, AddressClaim claim);

    /// <summary>A radio sent as a transmitter that its VM may not be.</summary>
    void TransmitterRefused(Radio radio, MacAddress transmitter);

    /// <summary>The host failed while it served a port.</summary>
    void PortFailed(Port port, Exception exception);

    /// <summary>The medium of <c>timing: airtime</c> failed, and begins anew.</summary>
    void AirtimeFailed(Exception exception);

    /// <summary>The medium does not go on as the engine before had it.</summary>
    /// <param name="reason">Why, and what that means.</param>
    void MediumNotResumed(string reason);

    /// <summary>A radio left the medium.</summary>
    void RadioGone(Radio radio);
}
