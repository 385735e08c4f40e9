using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.ShmInjector;

/// <summary>The addresses that radios get: those given, then <see cref="DefaultAddress"/>es.</summary>
internal static class RadioAddresses
{
    /// <summary>The addresses of radios that are to be made: those given, then the first of this VM that are free.</summary>
    /// <param name="given">Not more than these.</param>
    /// <param name="findPeerId">The VM's; called when addresses of its are needed.</param>
    /// <exception cref="InjectorException">One of those given is taken, or no more are free.</exception>
    public static List<MacAddress> Choose(int count, IReadOnlyList<MacAddress> given, IEnumerable<MacAddress> taken, Func<uint> findPeerId)
    {
        var known = new HashSet<MacAddress>(taken);
        foreach (var address in given)
        {
            if (!known.Add(address))
                throw new InjectorException(
                    $"cannot make a radio with address {address}: another radio of this kernel has it, or is to have it; choose another by --mac");
        }
        var addresses = new List<MacAddress>(given);
        if (addresses.Count == count)
            return addresses;
        uint peerId = findPeerId();
        addresses.AddRange(
            Enumerable.Range(0, DefaultAddress.PerVm).Select(radio => DefaultAddress.Of(peerId, radio)).Where(known.Add)
                .Take(count - addresses.Count));
        return addresses.Count == count
            ? addresses
            : throw new InjectorException($"radios of this kernel have all but {addresses.Count - given.Count} of the {DefaultAddress.PerVm} default "
                + $"addresses of this VM: remove some by \"shm-injector radios del\", or give addresses by --mac");
    }

    /// <summary>The addresses that this kernel's radios have, in all network namespaces: hwsim itself would take one twice.</summary>
    /// <param name="registration">Lists them; need not be registered.</param>
    /// <param name="warn">Receives that other namespaces cannot be looked into.</param>
    public static List<MacAddress> FindTaken(HwsimRegistration registration, Action<string> warn)
    {
        var others = new NetworkNamespaces(_ =>
            warn("radios in other network namespaces may have the same addresses: these cannot be entered without CAP_SYS_ADMIN"));
        using var discovery = new RadioDiscovery(registration.Hwsim, registration.Nl80211, others);
        return discovery.List().ConvertAll(static radio => radio.Transmitter);
    }
}
