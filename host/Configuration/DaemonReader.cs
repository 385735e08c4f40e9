using System.Text;
using System.Text.RegularExpressions;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Configuration;

/// <summary>Turns the tree of a file into a <see cref="DaemonConfiguration"/>, and reports all that is wrong on the way.</summary>
internal sealed partial class DaemonReader(string file, ErrorList errors, bool needsVms)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
    private readonly Dictionary<string, YamlNode> _sockets = new(StringComparer.Ordinal);
    private bool _hasTrunk; // then VMs of other hosts have names, too
    private readonly Dictionary<string, YamlNode> _names = new(StringComparer.Ordinal);

    public DaemonConfiguration Read(YamlNode root)
    {
        var top = new Section(root, "", DaemonKeys.Medium, errors);
        bool isLocal = top.Flag("local");
        _hasTrunk = top.Value("trunk") is not null;
        if (needsVms && !isLocal && top.IsMapping && top.Value("socket") is null && top.Value("vms") is null)
        {
            errors.Add(root, "has neither 'socket' nor 'vms'; no VM could attach: give a socket for all VMs, a list of VMs, or both "
                + "(or 'local: true', for this kernel's own radios)");
        }

        string? socket = Socket(top);
        var isolation = top.Word("isolation", Isolation.Shared, DaemonKeys.Isolations);
        int maxPorts = isolation == Isolation.Shared ? Abi.MaxPorts : DaemonConfiguration.MaxPorts;
        var geometry = ReadGeometry(top, maxPorts);
        var vms = ReadVms(top, hasCommonSocket: socket is not null);
        if (isLocal && _names.TryGetValue(DaemonConfiguration.LocalName, out var called))
            errors.Add(called, "VM name 'local' is that of this kernel's own radios; with 'local: true' give the VM another one");
        if (vms.Count + (isLocal ? 1 : 0) > geometry.Ports && vms.Count > 0)
        {
            errors.Add(
                top.Value("vms")!,
                $"{vms.Count} VMs are listed{(isLocal ? " beside 'local'" : "")}, but 'ports' in 'geometry' is {geometry.Ports}; "
                + $"allowed: at most as many VMs as ports{(isLocal ? " less one" : "")}, and at most {maxPorts} ports"
                + (isolation == Isolation.Shared ? $" ({DaemonConfiguration.MaxPorts} with 'isolation: per-vm')" : ""));
        }

        var reader = new MediumReader(errors, _folder);
        var medium = reader.Read(top);
        bool spoofing = top.Word("spoofing", false, DaemonKeys.Spoofing);
        var jammers = medium.AllJammers.Select(j => j.Name).ToHashSet(StringComparer.Ordinal);
        if (jammers.FirstOrDefault(name => DaemonConfiguration.CanAttach(name, vms, hasCommonSocket: socket is not null, isLocal)) is { } both)
            errors.Add(top.Value("jammers") ?? top.Value("schedule")!, $"'{both}' is a VM and a jammer; give them different names");
        var capture = top.Value("capture") is { } captureNode ? new CaptureReader(errors, _folder).Read(captureNode) : null;
        if (needsVms && capture is not null)
            CheckVm(capture.Selection.Radio, top.Value("capture")!, vms, hasCommonSocket: socket is not null, isLocal);
        foreach (var (pattern, node) in needsVms ? reader.Patterns.Where(p => !jammers.Contains(p.Pattern.Vm ?? "")) : [])
        {
            CheckVm(pattern, node, vms, hasCommonSocket: socket is not null, isLocal);
            if (socket is null && !isLocal && !_hasTrunk && vms.Count > 0
                && pattern.Address is { } address && !vms.Exists(vm => MayHave(vm, address, spoofing)))
                errors.Add(node, $"no VM may have the address {address}: see their 'addresses'");
        }

        return new(
            Path.GetFullPath(file),
            isolation,
            socket,
            Account(top, "socketGroup"),
            ReadPolling(top),
            top.Word("scheduling", Scheduling.Normal, DaemonKeys.Schedulings),
            geometry,
            vms,
            capture,
            ReadLog(top))
        {
            Medium = medium,
            Control = ReadControl(top),
            Metrics = ListenAddress.Read(top, "metrics", errors),
            Web = ListenAddress.Read(top, "web", errors),
            Spoofing = spoofing,
            Local = isLocal,
            VirtualTime = ReadVirtualTime(top, vms, isLocal),
            Trunk = ReadTrunk(top, vms, isLocal, medium),
        };
    }

    // The VMs that can attach are known: those listed, vm1, vm2 and so on where a common socket is, and this kernel's own radios.
    private void CheckVm(RadioPattern pattern, YamlNode node, List<VmConfiguration> vms, bool hasCommonSocket, bool isLocal)
    {
        if (vms.Find(vm => vm.Name == pattern.Vm) is { } one && pattern.Number >= one.MaxRadios)
            errors.Add(node, $"VM '{one.Name}' has no radio {pattern.Number}: its 'radios' is {one.MaxRadios}, and they are numbered from 0");
        if (pattern.Vm is not { } name || _hasTrunk || (vms.Count == 0 && !hasCommonSocket && !isLocal)
            || DaemonConfiguration.CanAttach(name, vms, hasCommonSocket, isLocal))
            return;
        string common = hasCommonSocket ? "vm1, vm2 and so on, which attach at the common 'socket'" : "";
        string[] own = isLocal ? [DaemonConfiguration.LocalName] : [];
        string known = string.Join(", ", vms.Select(vm => vm.Name).Concat(own).Append(common).Where(text => text.Length > 0));
        errors.Add(node, $"no VM is called '{name}'{Nearest.Hint(name, vms.Select(vm => vm.Name).Concat(own))}; there are {known}");
    }

    private static bool MayHave(VmConfiguration vm, MacAddress address, bool spoofing) =>
        (vm.Spoofing ?? spoofing) || vm.Addresses.Count == 0 || vm.Addresses.Any(prefix => prefix.Contains(address));

    private RegionGeometry ReadGeometry(Section top, int maxPorts)
    {
        var defaults = new RegionGeometry();
        if (top.Value("geometry") is not { } node)
            return defaults;
        var section = new Section(node, "geometry", DaemonKeys.Geometry, errors);
        return new(
            (uint)section.Integer("ports", (int)defaults.Ports, 1, maxPorts),
            section.PowerOfTwo("txSlots", defaults.TxSlots, RegionGeometry.MinLength, RegionGeometry.MaxSlots),
            section.PowerOfTwo("rxDescriptors", defaults.RxDescriptors, RegionGeometry.MinLength, RegionGeometry.MaxDescriptors),
            section.PowerOfTwo("poolSlots", defaults.PoolSlots, RegionGeometry.MinLength, RegionGeometry.MaxSlots));
    }

    private Polling ReadPolling(Section top)
    {
        string allowed = $"auto, off, or microseconds from 1 to {Polling.MaxMicroseconds}";
        switch (top.Scalar("polling", allowed))
        {
            case null or { Value: "auto" }:
                return Polling.Auto;
            case { Value: "off" }:
                return Polling.Off;
            case { } scalar when Section.TryInteger(scalar, 1, Polling.MaxMicroseconds, out int microseconds):
                return Polling.For(microseconds);
            case { } scalar:
                errors.Add(scalar, $"'polling' is {scalar.Kind}{Nearest.Hint(scalar.Value, ["auto", "off"])}; allowed: {allowed}");
                return Polling.Auto;
        }
    }

    private List<VmConfiguration> ReadVms(Section top, bool hasCommonSocket)
    {
        var vms = new List<VmConfiguration>();
        switch (top.Value("vms"))
        {
            case null:
                break;
            case YamlList { Items.Count: > 0 } list:
                vms.AddRange(list.Items.Select(item => ReadVm(item, hasCommonSocket)));
                break;
            case { } node:
                string what = node is YamlList ? "an empty list" : node.Kind;
                errors.Add(node, $"'vms' is {what}; allowed: a list of VMs, each with name, socket or vhostUser and, optionally, radios");
                break;
        }

        return vms;
    }

    private VmConfiguration ReadVm(YamlNode node, bool hasCommonSocket)
    {
        var section = new Section(node, "vms", DaemonKeys.Vm, errors);
        if (!section.IsMapping)
            return new("", "");
        if (section.Value("name") is null)
            errors.Add(node, "this VM has no 'name'; each VM in 'vms' needs a name and a socket");
        bool isVhostUser = section.Value("vhostUser") is not null;
        bool hasSocket = section.Value("socket") is not null;
        if (isVhostUser && hasSocket)
            errors.Add(node, "this VM has both 'socket', for an ivshmem device, and 'vhostUser', for a front end of vhost-user; give one of them");
        else if (!isVhostUser && !hasSocket)
            errors.Add(node, "this VM has no 'socket'; each VM in 'vms' needs a name and a socket (or 'vhostUser')");

        return new(
            Name(section, hasCommonSocket),
            Socket(section, isVhostUser ? "vhostUser" : "socket") ?? "",
            section.Integer("radios", VmConfiguration.RadioLimit, 1, VmConfiguration.RadioLimit))
        {
            IsVhostUser = isVhostUser,
            Owner = new SocketOwner(Account(section, "user"), Account(section, "group")) is var owner && owner != new SocketOwner() ? owner : null,
            Addresses = ReadAddresses(section) is { Length: > 0 } addresses ? addresses : [],
            Spoofing = section.Value("spoofing") is null ? null : section.Word("spoofing", false, DaemonKeys.Spoofing),
        };
    }

    private MacAddressPrefix[] ReadAddresses(Section section)
    {
        const string Allowed = "a list of addresses, or of their first octets, such as 02:00:00:00:00:01 or 02:aa:bb";
        var prefixes = new List<MacAddressPrefix>();
        switch (section.Value("addresses"))
        {
            case null:
                break;
            case YamlList { Items.Count: > 0 } list:
                foreach (var item in list.Items)
                {
                    if (item is YamlScalar scalar && MacAddressPrefix.TryParse(scalar.Value, out var prefix))
                        prefixes.Add(prefix);
                    else
                        errors.Add(item, $"'addresses' has {item.Kind}; allowed: {Allowed}");
                }
                break;
            case { } node:
                errors.Add(node, $"'addresses' is {(node is YamlList ? "an empty list" : node.Kind)}; allowed: {Allowed}");
                break;
        }
        return [.. prefixes];
    }

    private string? Account(Section section, string key)
    {
        string allowed = $"the name or number of a {(key == "user" ? "user" : "group")}";
        if (section.Scalar(key, allowed) is not { Value: var name } scalar)
            return null;
        if (name.Length == 0 || name.Any(c => char.IsControl(c) || c == ':'))
            errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return name;
    }

    private string Name(Section section, bool hasCommonSocket)
    {
        string allowed = $"1 to {VmConfiguration.NameLimit} characters out of A-Z a-z 0-9 _ . -";
        if (section.Scalar("name", allowed) is not { Value: var name } scalar)
            return "";
        if (Encoding.UTF8.GetByteCount(name) > VmConfiguration.NameLimit || !NamePattern().IsMatch(name))
            errors.Add(scalar, $"VM name '{name}' is not possible; allowed: {allowed}");
        else if (hasCommonSocket && VmConfiguration.IsAutomatic(name))
            errors.Add(scalar, $"VM name '{name}' is kept for VMs that attach at the common 'socket'; allowed: any name but vm and a number");
        else if (!_names.TryAdd(name, scalar))
            errors.Add(scalar, $"VM name '{name}' is here a second time; the first is in line {_names[name].Start.Line}");
        return name;
    }

    private ControlConfiguration? ReadControl(Section top)
    {
        switch (top.Value("control"))
        {
            case YamlScalar { Value: ControlConfiguration.None }:
                return null;
            case YamlMap node:
                var section = new Section(node, "control", DaemonKeys.Control, errors);
                return new(Socket(section), Account(section, "group"), Account(section, "readers"));
            default:
                return new(Socket(top, "control"));
        }
    }

    private string? Socket(Section section, string key = "socket")
    {
        if (section.Path(key, _folder) is not { } path)
            return null;
        var node = section.Value(key)!;
        if (SocketPath.Problem(path) is { } problem)
            errors.Add(node, problem);
        else if (!_sockets.TryAdd(path, node))
            errors.Add(node, $"socket '{path}' is here a second time; the first is in line {_sockets[path].Start.Line}");
        return path;
    }

    private LogConfiguration ReadLog(Section top)
    {
        if (top.Value("log") is not { } node)
            return new(null, LogFormat.Text);
        var section = new Section(node, "log", DaemonKeys.Log, errors);
        return new(
            section.Path("file", _folder),
            section.Word("format", LogFormat.Text, DaemonKeys.LogFormats));
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
