using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Wifi;

/// <summary>Puts the access points and stations of a lab to work.</summary>
internal sealed class Roles(Progress progress)
{
    private const string GuestBridge = "br0";

    private readonly List<Member> _members = [];

    /// <summary>Who is on the medium and has an address, also after <see cref="StartAsync"/> failed for others.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Starts all access points, then joins all stations at once.</summary>
    /// <exception cref="LabException">One could not: which, and the end of its log.</exception>
    public async Task StartAsync(IReadOnlyList<VirtualMachine> vms, CancellationToken cancellation)
    {
        progress.Now("starting hostapd");
        foreach (var vm in vms.Where(vm => vm.Spec.Role == Role.AccessPoint))
        {
            _members.Add(await StartAccessPointAsync(vm, cancellation));
            progress.Done($"{vm.Name} offers '{vm.Spec.Network!.Ssid}' on channel {vm.Spec.Network.Channel}");
        }

        progress.Now("associating the stations");
        var joining = vms.Where(vm => vm.Spec.Role == Role.Station).Select(vm => JoinAsync(vm, cancellation)).ToList();
        try
        {
            await Task.WhenAll(joining);
        }
        finally
        {
            _members.AddRange(joining.Where(join => join.IsCompletedSuccessfully).Select(join => join.Result));
        }
    }

    private async Task<Member> JoinAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        var station = new Station(new WifiInterface(vm, "wlan0"), vm.Spec.Network!);
        var association = await station.JoinAsync(cancellation);
        progress.Done($"{vm.Name} is associated: {association.Security.ToString().ToLowerInvariant()}, {association.Milliseconds:0} ms");
        string address = await station.LeaseAsync(cancellation);
        progress.Done($"{vm.Name} has the address {address}");
        return new Member(station.Radio, address, association);
    }

    private async Task<Member> StartAccessPointAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        var accessPoint = new AccessPoint(new WifiInterface(vm, "wlan0"), vm.Spec.Network!);
        if (vm.Spec.Uplink == null)
        {
            string address = $"192.168.{77 + _members.Count}.1";
            await accessPoint.StartAsync(null, cancellation);
            await accessPoint.ServeDhcpAsync(address, cancellation);
            return new Member(accessPoint.Radio, address, null);
        }

        await vm.Guest.RunAsync(
            "bridging the uplink",
            $"/bin/ip link add {GuestBridge} type bridge && /bin/ip link set eth1 master {GuestBridge} up && /bin/ip link set {GuestBridge} up",
            TimeSpan.FromSeconds(20),
            cancellation);
        await accessPoint.StartAsync(GuestBridge, cancellation);
        return new Member(accessPoint.Radio, await Dhcp.LeaseAsync(vm, GuestBridge, null, cancellation), null);
    }
}
