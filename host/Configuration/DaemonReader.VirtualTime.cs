using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

internal sealed partial class DaemonReader
{
    private const string QemusClock = "a VM with an ivshmem device has a clock that cannot be stopped; with 'time: virtual' give VMs 'vhostUser'";

    private VirtualTimeConfiguration? ReadVirtualTime(Section top, IReadOnlyList<VmConfiguration> vms, bool isLocal)
    {
        bool isVirtual = TryReadTime(top, out double? factor);
        string? socket = Socket(top, "timeTravel");
        if (!isVirtual)
        {
            if (top.Value("timeTravel") is { } alone)
                errors.Add(alone, "'timeTravel' is the socket of the calendar of virtual time; add 'time: virtual', or leave it out");
            return null;
        }
        var time = top.Value("time")!;
        if (top.Value("timeTravel") is null)
            errors.Add(time, "'time: virtual' has no 'timeTravel'; give the socket that guests join by (time-travel=ext:ID:SOCKET)");
        if (!needsVms)
            errors.Add(time, "'time: virtual' is for VMs; the clock of this machine's own radios cannot be stopped");
        if (top.Value("socket") is { } common)
            errors.Add(common, $"'socket': {QemusClock}");
        if (isLocal)
            errors.Add(top.Value("local")!, "'local': the clock of this machine's own radios cannot be stopped; with 'time: virtual' leave it out");
        if (top.Value("vms") is { } list && vms.FirstOrDefault(vm => !vm.IsVhostUser && vm.Name.Length > 0) is { } vm)
            errors.Add(list, $"VM '{vm.Name}': {QemusClock}");
        return new VirtualTimeConfiguration(socket ?? "", factor);
    }

    private bool TryReadTime(Section top, out double? factor)
    {
        const string Allowed = "real, virtual, or {virtual: FACTOR}";
        factor = null;
        switch (top.Value("time"))
        {
            case null or YamlScalar { Value: VirtualTimeConfiguration.RealWord }:
                return false;
            case YamlScalar { Value: VirtualTimeConfiguration.Word }:
                return true;
            case YamlMap map:
                var section = new Section(map, "time", DaemonKeys.Time, errors);
                factor = section.Number("virtual", new Bounds(VirtualTimeConfiguration.MinFactor, VirtualTimeConfiguration.MaxFactor));
                if (section.Value("virtual") is null)
                    errors.Add(map, $"'time' has no 'virtual'; allowed: {Allowed}");
                return true;
            case { } node:
                string hint = node is YamlScalar scalar
                    ? Nearest.Hint(scalar.Value, [VirtualTimeConfiguration.RealWord, VirtualTimeConfiguration.Word])
                    : "";
                errors.Add(node, $"'time' is {node.Kind}{hint}; allowed: {Allowed}");
                return false;
        }
    }
}
