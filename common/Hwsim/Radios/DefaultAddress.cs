using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>The address of a radio that nobody names another for: 02:53:57:PP:PP:RR.</summary>
/// <remarks>PP:PP is the VM's ivshmem peer ID, which no other VM has at the same time, and RR the radio's number.
/// 02: locally administered; 53:57: "SW".</remarks>
public static class DefaultAddress
{
    /// <summary>Addresses that a VM has.</summary>
    public const int PerVm = 256;

    private const ulong Prefix = 0x025357;

    /// <summary>The address of a radio.</summary>
    /// <param name="radio">0 to <see cref="PerVm"/> - 1.</param>
    public static MacAddress Of(uint peerId, int radio) => new((Prefix << 24) | ((ulong)(ushort)peerId << 8) | (byte)radio);

    /// <summary>The ivshmem peer ID of the VM whose default address it is; null: of none.</summary>
    public static ushort? PeerOf(MacAddress address) => address.Value >> 24 == Prefix ? (ushort)(address.Value >> 8) : null;
}
