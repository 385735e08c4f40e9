using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>A VM, or whoever else speaks the guest's side of the rings, that wants a port; and all that the port is told of it.</summary>
/// <remarks>Every kind of port comes to the engine by this record: <c>MediumEngine.AttachAsync</c>.</remarks>
internal sealed record PortOffer
{
    /// <summary>The VM's name.</summary>
    public required string Name { get; init; }

    /// <summary>How its frames come.</summary>
    public PortKind Kind { get; init; }

    /// <summary>Names it in the region's port table: the VM's ivshmem peer ID, where it has one.</summary>
    public required uint PeerId { get; init; }

    /// <summary>The process of its VMM, for people; 0: not known.</summary>
    public int Pid { get; init; }

    /// <summary>How many radios it may bring.</summary>
    public int MaxRadios { get; init; } = Abi.MaxRadios;

    /// <summary>Which addresses its radios may have.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>What may be logged of it; shared by all VMs of one socket.</summary>
    public LogAllowance Log { get; init; } = new();

    /// <summary>Where its rings are. Stays the offerer's, who keeps it until <c>MediumEngine.DetachAsync</c> ends.</summary>
    public required RegionLease Region { get; init; }

    /// <summary>Interrupts the guest. Stays the offerer's.</summary>
    public required EventFd Call { get; init; }

    /// <summary>The guest's doorbell signals it. Stays the offerer's.</summary>
    public required EventFd Kick { get; init; }
}
