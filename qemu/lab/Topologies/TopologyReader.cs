using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace ShmWifi.Lab.Topologies;

/// <summary>Reads a topology file; every mistake is told with file, line and what is allowed.</summary>
internal sealed partial class TopologyReader
{
    private static readonly string[] LabKeys = ["name", "hypervisor", "kernel", "isolation", "path", "time", "seed", "medium", "trunk", "vms"];
    private static readonly string[] Hypervisors = ["qemu", "uml"];
    private static readonly string[] Paths = ["user", "kernel"];
    private static readonly string[] OwnSections = ["vms", "socket", "isolation", "capture", "time", "timeTravel", "trunk"];
    private static readonly string[] TrunkKeys = ["url", "credentials", "authorities"];
    private static readonly string[] VmKeys =
    [
        "name", "host", "role", "radios", "regulatory", "path", "kernelRadios", "memory", "cpus", "kernel", "architecture", "ssid", "ssidHex",
        "security", "passphrase", "channel", "mode", "uplink", "kernelArguments", "qemu", "hypervisor", "script",
    ];

    private const string VirtualPrefix = "virtual:";
    private static readonly string Factors = string.Create(
        CultureInfo.InvariantCulture, $"with a factor of {VirtualTimeConfiguration.MinFactor} to {VirtualTimeConfiguration.MaxFactor}");

    private static readonly Ssid DefaultSsid = Topologies.Ssid.Of("ShmWifi");
    private static readonly Ssid FirstNetwork = new(""); // of a station that names none
    private readonly string _file;
    private readonly TopologyOverrides _overrides;
    private readonly List<string> _errors = [];

    private TopologyReader(string file, TopologyOverrides overrides) => (_file, _overrides) = (file, overrides);

    /// <summary>Reads a topology.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="overrides">In place of the file's; null: nothing.</param>
    /// <exception cref="LabException">The text is no topology: all mistakes, a line each.</exception>
    public static Topology Read(string text, string file, TopologyOverrides? overrides = null)
    {
        var reader = new TopologyReader(file, overrides ?? new TopologyOverrides());
        var topology = reader.Lab(text);
        return reader._errors.Count == 0 && topology != null
            ? topology
            : throw new LabException(string.Join('\n', reader._errors));
    }

    private Topology? Lab(string text)
    {
        if (Root(text) is not { } root)
            return null;
        var lab = Keys(root, LabKeys, "the topology");
        string name = Text(lab, "name", LabName(), "1 to 31 of a-z, 0-9 and -") ?? "lab";
        string kernel = Choice(lab, "kernel", "6.12", GuestKernels.Series);
        string isolation = Choice(lab, "isolation", "shared", ["shared", "per-vm"]);
        string path = Choice(lab, "path", "user", Paths);
        string hypervisor = Choice(lab, "hypervisor", "qemu", Hypervisors);
        var time = Time(lab);
        if (!lab.TryGetValue("vms", out var node) || node is not YamlSequenceNode { Children.Count: > 0 } list)
        {
            Error(node ?? root, "'vms' must be a list of at least one VM");
            return null;
        }

        var vms = new List<(VmSpec Vm, YamlNode Node)>();
        foreach (var item in list)
        {
            if (Vm(item, hypervisor, kernel, path) is not { } vm)
                continue;
            CheckTime(vm, time, item);
            if (vms.Exists(other => other.Vm.Name == vm.Name))
                Error(item, $"a VM called '{vm.Name}' is there already: names must differ");
            vms.Add((vm, item));
        }

        CheckHosts(vms, lab);
        return new Topology(name, (_overrides.Isolation ?? isolation) == "per-vm", JoinStations(vms))
        {
            Medium = Medium(lab),
            Time = time,
            Trunk = Trunk(lab),
            OwnHost = _overrides.Host,
        };
    }

    /// <summary>Either all VMs that meet on the medium are on a host, or none is.</summary>
    private void CheckHosts(List<(VmSpec Vm, YamlNode Node)> vms, Dictionary<string, YamlNode> lab)
    {
        var onMedium = vms.FindAll(item => item.Vm.Radios > 0);
        bool hasHosts = onMedium.Exists(item => item.Vm.Host is not null);
        if (!hasHosts && lab.TryGetValue("trunk", out var trunk))
            Error(trunk, "'trunk' joins hosts: give the VMs with radios a 'host', or leave it out");
        foreach (var (vm, node) in onMedium)
        {
            if (hasHosts && vm.Host is null)
                Error(node, $"VM '{vm.Name}' has radios and no 'host', and others have one: its medium would be another");
            if (vms.Exists(other => other.Vm.Name == vm.Host))
                Error(node, $"host '{vm.Host}' has the name of a VM: names must differ");
        }
        if (_overrides.Host is not { } own)
            return;
        if (!vms.Exists(item => item.Vm.Host == own))
            _errors.Add($"--host: no VM is on host '{own}': there are {Join(vms.Select(item => item.Vm.Host).OfType<string>().Distinct())}");
        foreach (var (vm, node) in vms.FindAll(item => item.Vm is { Host: null, Radios: 0 }))
            Error(node, $"VM '{vm.Name}' has no 'host': with --host it would be started nowhere");
    }

    /// <summary>Where hosts meet. What is wrong with the values, the daemon says.</summary>
    private TrunkAccess? Trunk(Dictionary<string, YamlNode> lab)
    {
        if (!lab.TryGetValue("trunk", out var node))
        {
            if (_overrides.Host is not null)
                _errors.Add($"{_file}: error: --host needs 'trunk' with the 'url' of the NATS server by which the hosts meet");
            return null;
        }
        if (node is not YamlMappingNode mapping)
        {
            Error(node, $"'trunk' must be a mapping with the keys {Join(TrunkKeys)}");
            return null;
        }
        var trunk = Keys(mapping, TrunkKeys, "'trunk'");
        if (!trunk.ContainsKey("url"))
            Error(node, "'trunk' needs 'url': nats://HOST:PORT or tls://HOST:PORT");
        return new TrunkAccess(Text(trunk, "url", AnyText(), "text") ?? "",
            Text(trunk, "credentials", AbsolutePath(), "an absolute path"), Text(trunk, "authorities", AbsolutePath(), "an absolute path"));
    }

    private VirtualTime? Time(Dictionary<string, YamlNode> lab)
    {
        int seed = Number(lab, "seed", 1, 0, int.MaxValue);
        string? said = _overrides.Time ?? lab.GetValueOrDefault("time") switch
        {
            null => "real",
            YamlScalarNode { Value: "real" or "virtual" } word => word.Value,
            YamlMappingNode { Children: [{ Key: YamlScalarNode { Value: "virtual" }, Value: YamlScalarNode { Value: { } factor } }] } =>
                VirtualPrefix + factor,
            _ => null,
        };
        if (said == "real")
        {
            if (lab.TryGetValue("seed", out var alone))
                Error(alone, "'seed' is for 'time: virtual'");
            return null;
        }
        if (said == "virtual")
            return new VirtualTime(null, seed);
        if (said?.StartsWith(VirtualPrefix, StringComparison.Ordinal) == true && TryReadFactor(said[VirtualPrefix.Length..], out double factorOf))
            return new VirtualTime(factorOf, seed);
        if (_overrides.Time is null)
            Error(lab["time"], $"'time' must be real, virtual, or {{virtual: FACTOR}} {Factors}");
        else
            _errors.Add($"--time must be real, virtual, or {VirtualPrefix}FACTOR {Factors}");
        return null;
    }

    private static bool TryReadFactor(string text, out double factor) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor)
        && factor is >= VirtualTimeConfiguration.MinFactor and <= VirtualTimeConfiguration.MaxFactor;

    private void CheckTime(VmSpec vm, VirtualTime? time, YamlNode node)
    {
        if (time is null && vm.Script is not null)
            Error(node, "'script' is for 'time: virtual': a VM in real time is given commands by 'lab exec'");
        if (time is null)
            return;
        if (vm.Host is not null)
            Error(node, $"VM '{vm.Name}': hosts have no common clock that could be stopped; in 'time: virtual' leave 'host' out");
        if (vm.Hypervisor != Hypervisor.Uml)
            Error(node, $"VM '{vm.Name}': QEMU's clock cannot be stopped; 'time: virtual' needs 'hypervisor: uml'");
        if (vm.Radios == 0)
            Error(node, $"VM '{vm.Name}' has no radio on the lab's medium: in 'time: virtual' nothing would move its clock; give it 'radios'");
        if (vm.Uplink is not null)
            Error(node, $"VM '{vm.Name}': 'uplink' leads to a network whose clock does not stand still; in 'time: virtual' leave it out");
    }

    /// <summary>What the daemon is told beside the VMs, as it stands there: the daemon knows its own keys.</summary>
    private string Medium(Dictionary<string, YamlNode> lab)
    {
        if (!lab.TryGetValue("medium", out var node))
            return "";
        if (node is not YamlMappingNode sections)
        {
            Error(node, "'medium' must be a mapping: sections of shm-medium's configuration");
            return "";
        }

        foreach (var key in sections.Children.Keys.OfType<YamlScalarNode>().Where(key => OwnSections.Contains(key.Value)))
            Error(key, $"'{key.Value}' is not for 'medium': the lab tells the daemon itself");
        sections.Style = MappingStyle.Block; // more sections follow it
        var text = new StringWriter();
        new YamlStream(new YamlDocument(sections)).Save(text, assignAnchors: false);
        return text.ToString()[..text.ToString().LastIndexOf("...", StringComparison.Ordinal)];
    }

    private YamlMappingNode? Root(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            _errors.Add($"{_file}:{exception.Start.Line}:{exception.Start.Column}: error: {exception.Message}");
            return null;
        }

        if (stream.Documents is [{ RootNode: YamlMappingNode root }])
            return root;
        _errors.Add($"{_file}:1:1: error: one mapping with the keys {Join(LabKeys)} is expected");
        return null;
    }

    /// <summary>Reads a VM.</summary>
    /// <param name="hypervisor">The lab's, as the others: where the VM has none of its own.</param>
    private VmSpec? Vm(YamlNode node, string hypervisor, string kernel, string path)
    {
        if (node is not YamlMappingNode mapping)
        {
            Error(node, $"a VM is a mapping with the keys {Join(VmKeys)}");
            return null;
        }

        var vm = Keys(mapping, VmKeys, "a VM");
        if (!vm.ContainsKey("name"))
            Error(node, "a VM needs a 'name'");
        var role = Choice(vm, "role", "plain", ["ap", "station", "plain"]) switch
        {
            "ap" => Role.AccessPoint,
            "station" => Role.Station,
            _ => Role.Plain,
        };
        if (role == Role.Plain)
            NotFor(vm, "a plain VM", "ssid", "ssidHex", "security", "passphrase", "channel", "mode");
        else
            NotFor(vm, "an access point or a station, which the lab gives commands", "script");
        if (role == Role.Station)
            NotFor(vm, "a station: it takes them from the access point with its ssid", "security", "passphrase", "channel", "mode");
        if (role != Role.AccessPoint)
            NotFor(vm, "any VM but an access point", "uplink");

        string ownKernel = Choice(vm, "kernel", kernel, GuestKernels.Series);
        ownKernel = _overrides.Kernel ?? ownKernel;
        string ownHypervisor = Choice(vm, "hypervisor", hypervisor, Hypervisors);
        bool isUml = (_overrides.Hypervisor ?? ownHypervisor) == "uml";
        if (isUml)
            CheckUml(vm, node, ownKernel);
        bool isArm64 = Choice(vm, "architecture", "amd64", ["amd64", "arm64"]) == "arm64";
        if (isArm64 && !GuestKernels.Arm64Series.Contains(ownKernel))
            Error(vm["architecture"], $"arm64 has the kernel {Join(GuestKernels.Arm64Series)}, and this VM's is {ownKernel}");
        int radios = Number(vm, "radios", role == Role.Plain ? 0 : 1, role == Role.Plain ? 0 : 1, 64);
        int kernelRadios = Number(vm, "kernelRadios", 0, 0, 64);
        if (radios > 0 && kernelRadios > 0)
            Error(vm["kernelRadios"], "a guest kernel has one medium: either 'radios' or 'kernelRadios'");
        string ownPath = Choice(vm, "path", path, Paths);
        if (radios == 0)
            NotFor(vm, "a VM without radios on the lab's medium", "path", "regulatory");
        return new VmSpec
        {
            Name = Text(vm, "name", VmName(), "1 to 15 of a-z, 0-9 and -") ?? "",
            Host = Text(vm, "host", VmName(), "1 to 15 of a-z, 0-9 and -"),
            Role = role,
            Radios = radios,
            Regulatory = vm.ContainsKey("regulatory") ? Number(vm, "regulatory", 1, 1, 4) : null,
            Path = isUml ? FramePath.Virtio : (_overrides.Path ?? ownPath) == "kernel" ? FramePath.Kernel : FramePath.User,
            KernelRadios = kernelRadios,
            MemoryMib = Number(vm, "memory", 256, 128, 65536),
            Cpus = Number(vm, "cpus", 1, 1, 64),
            Kernel = ownKernel,
            Hypervisor = isUml ? Hypervisor.Uml : Hypervisor.Qemu,
            Architecture = isArm64 ? GuestArchitecture.Arm64 : GuestArchitecture.Amd64,
            Network = role switch
            {
                Role.AccessPoint => AccessPointNetwork(vm),
                Role.Station => new Network(Ssid(vm) ?? FirstNetwork, Security.Open, "", 1), // completed by JoinStations
                _ => null,
            },
            Uplink = Text(vm, "uplink", InterfaceName(), "the name of a bridge of this machine"),
            KernelArguments = Strings(vm, "kernelArguments", static value =>
                value.Length > 0 && !value.Any(char.IsWhiteSpace), "a list of arguments for the guest's kernel, without blanks"),
            Script = Text(vm, "script", AnyText(), "a shell script"),
            QemuArguments = Strings(vm, "qemu", static _ => true, "a list of strings, one for each of QEMU's arguments"),
        };
    }

    private void CheckUml(Dictionary<string, YamlNode> vm, YamlNode node, string kernel)
    {
        NotFor(vm, "a VM that is User-Mode-Linux", "path", "architecture", "cpus", "qemu");
        if (!GuestKernels.UmlSeries.Contains(kernel))
            Error(vm.GetValueOrDefault("kernel", node), $"User-Mode-Linux has the kernels {Join(GuestKernels.UmlSeries)}, and this VM's is {kernel}");
    }

    private Network AccessPointNetwork(Dictionary<string, YamlNode> vm)
    {
        var security = Choice(vm, "security", "wpa2", ["open", "wpa2", "wpa3"]) switch
        {
            "open" => Security.Open,
            "wpa3" => Security.Wpa3,
            _ => Security.Wpa2,
        };
        string? passphrase = Text(vm, "passphrase", Passphrase(), "8 to 63 printable ASCII characters");
        int channel = Channel(vm);
        var mode = Choice(vm, "mode", "n", ["b", "g", "a", "n"]) switch
        {
            "b" => PhyMode.B,
            "g" => PhyMode.G,
            "a" => PhyMode.A,
            _ => PhyMode.N,
        };
        var network = new Network(Ssid(vm) ?? DefaultSsid, security, passphrase ?? "one medium, two machines", channel) { Mode = mode };
        if (mode == PhyMode.A ? !network.Is5GHz : mode != PhyMode.N && network.Is5GHz)
            Error(vm["mode"], $"'mode' must be {(network.Is5GHz ? "a or n on 5 GHz" : "b, g or n on 2.4 GHz")}, where channel {channel} is");
        return network;
    }

    private int Channel(Dictionary<string, YamlNode> vm)
    {
        if (!vm.TryGetValue("channel", out var node))
            return 1;
        if (node is YamlScalarNode scalar && int.TryParse(scalar.Value, out int channel)
            && (channel is >= 1 and <= 13 || Network.Channels5GHz.Contains(channel)))
            return channel;
        Error(node, $"'channel' must be a whole number from 1 to 13, or one of {Join(Network.Channels5GHz.Select(allowed => $"{allowed}"))}");
        return 1;
    }

    private Ssid? Ssid(Dictionary<string, YamlNode> vm)
    {
        if (vm.ContainsKey("ssid") && vm.TryGetValue("ssidHex", out var second))
            Error(second, "a network has one name: either 'ssid' or 'ssidHex'");
        return Ssid(vm, "ssid", Topologies.Ssid.TryOfText, "1 to 32 octets of text in UTF-8; other octets are written as 'ssidHex'")
            ?? Ssid(vm, "ssidHex", Topologies.Ssid.TryOfHex, "1 to 32 octets in hexadecimal");
    }

    private Ssid? Ssid(Dictionary<string, YamlNode> vm, string key, Func<string, Ssid?> read, string allowed)
    {
        if (!vm.TryGetValue(key, out var node))
            return null;
        if (node is YamlScalarNode { Value: { } value } && read(value) is { } ssid)
            return ssid;
        Error(node, $"'{key}' must be {allowed}");
        return null;
    }

    /// <summary>Gives each station the network of the access point with its SSID; of the first one when it names none.</summary>
    private List<VmSpec> JoinStations(List<(VmSpec Vm, YamlNode Node)> vms)
    {
        var networks = vms.Where(item => item.Vm.Role == Role.AccessPoint).Select(item => item.Vm.Network!).ToList();
        var joined = new List<VmSpec>();
        foreach (var (vm, node) in vms)
        {
            if (vm.Role != Role.Station)
            {
                joined.Add(vm);
                continue;
            }

            var ssid = vm.Network!.Ssid;
            var network = ssid == FirstNetwork ? networks.FirstOrDefault() : networks.Find(candidate => candidate.Ssid == ssid);
            if (network == null)
            {
                Error(node, networks.Count == 0
                    ? $"station '{vm.Name}' has no access point to join: give a VM 'role: ap'"
                    : $"no access point has the ssid '{ssid}' of station '{vm.Name}': there are {Join(networks.Select(n => $"{n.Ssid}"))}");
            }

            joined.Add(vm with { Network = network });
        }

        return joined;
    }

    private Dictionary<string, YamlNode> Keys(YamlMappingNode mapping, string[] allowed, string where)
    {
        var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            if (!allowed.Contains(name))
                Error(key, $"unknown key '{name}': {where} may have {Join(allowed)}");
            keys[name] = value;
        }

        return keys;
    }

    private void NotFor(Dictionary<string, YamlNode> keys, string who, params string[] names)
    {
        foreach (string name in names)
        {
            if (keys.TryGetValue(name, out var node))
                Error(node, $"'{name}' is not for {who}");
        }
    }

    private string Choice(Dictionary<string, YamlNode> keys, string key, string fallback, string[] allowed)
    {
        if (!keys.TryGetValue(key, out var node))
            return fallback;
        if (node is YamlScalarNode { Value: { } value } && allowed.Contains(value))
            return value;
        Error(node, $"'{key}' must be one of {Join(allowed)}");
        return fallback;
    }

    private int Number(Dictionary<string, YamlNode> keys, string key, int fallback, int minimum, int maximum)
    {
        if (!keys.TryGetValue(key, out var node))
            return fallback;
        if (node is YamlScalarNode scalar && int.TryParse(scalar.Value, out int value) && value >= minimum && value <= maximum)
            return value;
        Error(node, $"'{key}' must be a whole number from {minimum} to {maximum}");
        return fallback;
    }

    private string? Text(Dictionary<string, YamlNode> keys, string key, Regex pattern, string allowed)
    {
        if (!keys.TryGetValue(key, out var node))
            return null;
        if (node is YamlScalarNode { Value: { } value } && pattern.IsMatch(value))
            return value;
        Error(node, $"'{key}' must be {allowed}");
        return null;
    }

    private List<string> Strings(Dictionary<string, YamlNode> keys, string key, Func<string, bool> isAllowed, string allowed)
    {
        if (!keys.TryGetValue(key, out var node))
            return [];
        if (node is YamlSequenceNode list && list.All(item => item is YamlScalarNode { Value: { } value } && isAllowed(value)))
            return [.. list.Select(item => ((YamlScalarNode)item).Value!)];
        Error(node, $"'{key}' must be {allowed}");
        return [];
    }

    private void Error(YamlNode node, string message) =>
        _errors.Add($"{_file}:{node.Start.Line}:{node.Start.Column}: error: {message}");

    private static string Join(IEnumerable<string> names) => string.Join(", ", names);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,30}$", RegexOptions.None, 1000)]
    private static partial Regex LabName();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,14}$", RegexOptions.None, 1000)]
    private static partial Regex VmName();

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,15}$", RegexOptions.None, 1000)]
    private static partial Regex InterfaceName();

    [GeneratedRegex("^/", RegexOptions.None, 1000)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(".", RegexOptions.None, 1000)]
    private static partial Regex AnyText();

    [GeneratedRegex("^[ -~]{8,63}$", RegexOptions.None, 1000)]
    private static partial Regex Passphrase();
}
