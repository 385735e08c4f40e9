using ShmWifi.ShmMedium.Ports;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>What happens to VMs and radios, for people. Called on the engine thread, never for a frame; must not block.</summary>
internal interface IMediumLog
{
    /// <summary>A VM got a port.</summary>
    /// <param name="port">The port.</param>
    void PortAttached(Port port);

    /// <summary>A VM is gone.</summary>
    /// <param name="port">The port it had.</param>
    void PortDetached(Port port);

    /// <summary>A guest broke the rules of the ring and is served no more.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="fault">What it did.</param>
    void PortFaulted(Port port, PortFault fault);

    /// <summary>A guest's service started.</summary>
    /// <param name="port">Its port.</param>
    void GuestReady(Port port);

    /// <summary>A radio came on the medium.</summary>
    /// <param name="radio">The radio.</param>
    void RadioAdded(Radio radio);

    /// <summary>A guest announces so much that no line is written for it for now (<see cref="LogAllowance"/>).</summary>
    /// <param name="port">Its port.</param>
    void AnnouncementsUnlogged(Port port);

    /// <summary>A radio left the medium.</summary>
    /// <param name="radio">The radio.</param>
    void RadioGone(Radio radio);
}
