using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Which addresses a VM's radios may answer to, and send as.</summary>
/// <param name="PeerId">The VM's: it names its default addresses, which no other VM may have.</param>
/// <param name="Allowed">If there are any: these only, and they may be default addresses of others.</param>
/// <param name="MaySpoof">All addresses, those of other VMs included: deliberate clones and attackers.</param>
internal sealed record AddressPolicy(uint PeerId, IReadOnlyList<MacAddressPrefix> Allowed, bool MaySpoof)
{
    /// <summary>Without a limit: of somebody whom nobody has to be protected from.</summary>
    public static AddressPolicy Unlimited { get; } = new(0, [], MaySpoof: true);

    /// <summary>Whether an address may be the VM's, if no other VM has it.</summary>
    public bool Allows(MacAddress address)
    {
        if (MaySpoof)
            return true;
        foreach (var prefix in Allowed)
        {
            if (prefix.Contains(address))
                return true;
        }
        return Allowed.Count == 0 && (DefaultAddress.PeerOf(address) is not { } peer || peer == (ushort)PeerId);
    }
}
