using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Which addresses a VM's radios may answer to, and send as.</summary>
/// <param name="PeerId">The VM's: it names its default addresses, which no other VM may have.</param>
/// <param name="PeerIds">Of the medium's VMs.</param>
/// <param name="Allowed">If there are any: these only, and they may be default addresses of others.</param>
/// <param name="MaySpoof">All addresses, those of other VMs included: deliberate clones and attackers.</param>
internal sealed record AddressPolicy(uint PeerId, PeerIds PeerIds, IReadOnlyList<MacAddressPrefix> Allowed, bool MaySpoof)
{
    /// <summary>Without a limit: of somebody whom nobody has to be protected from.</summary>
    public static AddressPolicy Unlimited { get; } = new(0, new PeerIds(), [], MaySpoof: true);

    /// <summary>Whether an address may be the VM's, if no other VM has it.</summary>
    /// <remarks>A random address often begins as a default one does: hostapd keeps the first three octets for the links of an MLD, and wpa_supplicant
    /// does with <c>mac_addr=2</c>. So only those of VMs that were here, or come next, are refused.</remarks>
    public bool Allows(MacAddress address)
    {
        if (MaySpoof)
            return true;
        foreach (var prefix in Allowed)
        {
            if (prefix.Contains(address))
                return true;
        }
        return Allowed.Count == 0 && (OtherPeerOf(address) is not { } peer || !PeerIds.IsKnown(peer));
    }

    /// <summary>Whether the VM has an address only until the VM comes whose default address it is.</summary>
    public bool Borrows(MacAddress address) => !MaySpoof && Allowed.Count == 0 && OtherPeerOf(address) is not null;

    private ushort? OtherPeerOf(MacAddress address) => DefaultAddress.PeerOf(address) is { } peer && peer != (ushort)PeerId ? peer : null;
}
