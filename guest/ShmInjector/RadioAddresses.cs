using ShmWifi.Dot11;

namespace ShmWifi.Injector;

/// <summary>The addresses that radios get when nobody names one: 02:53:57:PP:PP:RR.</summary>
/// <remarks>PP:PP is the VM's ivshmem peer ID, of which the host gives none twice, and RR the radio's number. 02: locally administered; 53:57: "SW".</remarks>
internal static class RadioAddresses
{
    private const ulong Prefix = 0x025357;
    private const int NumbersPerVm = 256;

    /// <summary>The address of a radio.</summary>
    /// <param name="peerId">The VM's.</param>
    /// <param name="radio">From 0.</param>
    public static MacAddress GetDefault(uint peerId, int radio) => new((Prefix << 24) | ((ulong)(ushort)peerId << 8) | (byte)radio);

    /// <summary>Those of a VM that are free, in order.</summary>
    /// <param name="peerId">The VM's.</param>
    /// <param name="taken">Those that radios have.</param>
    public static IEnumerable<MacAddress> GetFree(uint peerId, IReadOnlySet<MacAddress> taken) =>
        Enumerable.Range(0, NumbersPerVm).Select(radio => GetDefault(peerId, radio)).Where(address => !taken.Contains(address));
}
