using ShmWifi.Lab;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Unit.Lab;

public class TopologyReaderTests
{
    [Test]
    public void TheDefaultTopologyHasOneAccessPointAndTwoStations()
    {
        string file = Path.Combine(Checkout.Root, "qemu/lab/Topologies/default.yaml");
        var topology = TopologyReader.Read(File.ReadAllText(file), file);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(topology.Vms.Select(vm => vm.Role), Is.EqualTo([Role.AccessPoint, Role.Station, Role.Station]));
            Assert.That(topology.Hosts, Is.EqualTo(new string?[] { null }));
            Assert.That(topology.PerVmIsolation, Is.False);
            Assert.That(topology.Vms[1].Network, Is.EqualTo(topology.Vms[0].Network));
        }
    }

    [Test]
    public void AStationJoinsTheAccessPointWithItsSsid()
    {
        var topology = TopologyReader.Read(
            """
            vms:
              - { name: station, role: station, ssid: second }
              - { name: ap1, role: ap, ssid: first, channel: 6 }
              - { name: ap2, role: ap, ssid: second, channel: 11, security: wpa3 }
            """,
            "t.yaml");
        Assert.That(topology.Vms[0].Network, Is.EqualTo(topology.Vms[2].Network));
    }

    [Test]
    public void OptionsOfTheCommandLineWinOverTheFile()
    {
        var topology = TopologyReader.Read(
            """
            kernel: 6.12
            isolation: shared
            vms:
              - { name: a, kernel: 6.12 }
              - { name: b }
            """,
            "t.yaml",
            new TopologyOverrides(Kernel: "6.1", Isolation: "per-vm"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(topology.Vms.Select(vm => vm.Kernel), Is.All.EqualTo("6.1"));
            Assert.That(topology.PerVmIsolation, Is.True);
        }
    }

    [Test]
    public void AVmMayHaveAnotherPathThanItsLab()
    {
        var topology = TopologyReader.Read(
            """
            path: kernel
            vms:
              - { name: a, role: ap }
              - { name: b, role: station, path: user }
            """,
            "t.yaml");
        Assert.That(topology.Vms.Select(vm => vm.Path), Is.EqualTo([FramePath.Kernel, FramePath.User]));
    }

    [Test]
    public void ThePathOfTheCommandLineIsThatOfAllVms()
    {
        var topology = TopologyReader.Read(
            "vms: [{ name: a, radios: 1 }, { name: b, radios: 1, path: user }]", "t.yaml", new TopologyOverrides(Path: "kernel"));
        Assert.That(topology.Vms.Select(vm => vm.Path), Is.All.EqualTo(FramePath.Kernel));
    }

    [TestCase("{ name: a, radios: 1, path: kernel }", true)]
    [TestCase("{ name: a, radios: 1 }", false)]
    public void AGuestOfTheKernelPathLoadsTheModuleWithThatDatapath(string yaml, bool kernel)
    {
        var vm = TopologyReader.Read($"vms: [{yaml}]", "t.yaml").Vms[0];
        Assert.That(QemuCommand.KernelCommandLine(vm, "kvm").Contains(" shmwifi.datapath=kernel", StringComparison.Ordinal), Is.EqualTo(kernel));
    }

    [Test]
    public void TheFloorsRadiosAreOnNoPathOfOurs()
    {
        var vm = TopologyReader.Read("path: kernel\nvms: [{ name: a, kernelRadios: 2 }]", "t.yaml").Vms[0];
        Assert.That(QemuCommand.KernelCommandLine(vm, "kvm"), Does.Not.Contain("shmwifi.datapath"));
    }

    [Test]
    public void TheDaemonIsToldItsSectionsAsTheyAre()
    {
        var topology = TopologyReader.Read(
            """
            medium:
              timing: airtime
              links: [{ from: a, to: "02:00:00:00:00:01", snrDb: 25 }] # both ways
            vms:
              - { name: a, role: ap, channel: 36, mode: a }
            """,
            "t.yaml");
        Assert.That(topology.Medium.ReplaceLineEndings("\n"),
            Is.EqualTo("timing: airtime\nlinks: [{from: a, to: \"02:00:00:00:00:01\", snrDb: 25}]\n"));
        Assert.That(topology.Vms[0].Network, Is.EqualTo(
            new Network(Ssid.Of("ShmWifi"), Security.Wpa2, "one medium, two machines", 36) { Mode = PhyMode.A }));
    }

    [TestCase("ssid: Café ☕", "436166c3a920e29895", "Café ☕", true)]
    [TestCase("ssidHex: 00ff80", "00ff80", "0x00ff80", false)]
    [TestCase("ssidHex: 410A", "410a", "0x410a", true)]
    [TestCase("ssid: '\"quoted\" #1'", "2271756f74656422202331", "\"quoted\" #1", true)]
    public void AnSsidIsAny32Octets(string key, string hex, string shown, bool isUtf8)
    {
        var topology = TopologyReader.Read($"vms:\n  - name: a\n    role: ap\n    {key}\n  - name: b\n    role: station\n    {key}", "t.yaml");
        var ssid = topology.Vms[1].Network!.Ssid;
        Assert.That((ssid.Hex, ssid.ToString(), ssid.IsUtf8), Is.EqualTo((hex, shown, isUtf8)));
        Assert.That(topology.Vms[1].Network, Is.EqualTo(topology.Vms[0].Network));
    }

    [Test]
    public void ArgumentsForTheKernelEndItsCommandLine()
    {
        var vm = TopologyReader.Read("vms:\n  - { name: a, kernelArguments: [idle=poll, threadirqs] }", "t.yaml").Vms[0];
        Assert.That(QemuCommand.KernelCommandLine(vm, "kvm"), Does.EndWith(" shmwifi.name=a idle=poll threadirqs"));
    }

    [Test]
    public void AVmForArm64HasAKernelAndAConsoleOfItsOwn()
    {
        var vms = TopologyReader.Read("vms: [{ name: a, architecture: arm64 }, { name: b }]", "t.yaml").Vms;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(vms.Select(vm => vm.Guest), Is.EqualTo(["6.12-arm64", "6.12"]));
            Assert.That(QemuCommand.KernelCommandLine(vms[0], "tcg"), Does.StartWith("console=ttyAMA0 ").And.Not.Contain("tsc"));
            Assert.That(QemuCommand.KernelCommandLine(vms[1], "tcg"), Does.StartWith("console=ttyS0 ").And.Contain(" tsc_early_khz="));
        }
    }

    [TestCase("vms:\n  - { name: a, architecture: arm64, kernel: 6.1 }",
        "t.yaml:2:30: error: arm64 has the kernel 6.12, and this VM's is 6.1")]
    [TestCase("vms:\n  - { name: a, architecture: riscv64 }", "'architecture' must be one of amd64, arm64")]
    [TestCase("vms:\n  - { name: a, colour: red }", "t.yaml:2:16: error: unknown key 'colour'")]
    [TestCase("vms:\n  - { name: a }\n  - { name: a }", "t.yaml:3:5: error: a VM called 'a' is there already")]
    [TestCase("vms:\n  - { name: A }", "t.yaml:2:13: error: 'name' must be 1 to 15 of a-z, 0-9 and -")]
    [TestCase("vms:\n  - { role: plain }", "t.yaml:2:5: error: a VM needs a 'name'")]
    [TestCase("vms:\n  - { name: a, role: router }", "'role' must be one of ap, station, plain")]
    [TestCase("vms:\n  - { name: a, memory: 12 }", "'memory' must be a whole number from 128 to 65536")]
    [TestCase("vms:\n  - { name: a, role: ap, channel: 14 }",
        "'channel' must be a whole number from 1 to 13, or one of 36, 40, 44, 48, 149, 153, 157, 161, 165")]
    [TestCase("vms:\n  - { name: a, role: ap, channel: 36, mode: g }", "t.yaml:2:45: error: 'mode' must be a or n on 5 GHz, where channel 36 is")]
    [TestCase("vms:\n  - { name: a, role: ap, mode: a }", "'mode' must be b, g or n on 2.4 GHz, where channel 1 is")]
    [TestCase("vms:\n  - { name: a, role: ap, mode: ax }", "'mode' must be one of b, g, a, n")]
    [TestCase("medium: airtime\nvms:\n  - { name: a }", "t.yaml:1:9: error: 'medium' must be a mapping: sections of shm-medium's configuration")]
    [TestCase("medium:\n  vms: []\nvms:\n  - { name: a }", "t.yaml:2:3: error: 'vms' is not for 'medium'")]
    [TestCase("vms:\n  - { name: a, role: ap, passphrase: short }", "'passphrase' must be 8 to 63 printable ASCII characters")]
    [TestCase("vms:\n  - { name: a, role: station }", "station 'a' has no access point to join")]
    [TestCase("vms:\n  - { name: a, role: ap, ssid: x }\n  - { name: b, role: station, ssid: y }",
        "no access point has the ssid 'y' of station 'b': there are x")]
    [TestCase("vms:\n  - { name: a, role: ap, ssid: ☕☕☕☕☕☕☕☕☕☕☕ }",
        "t.yaml:2:32: error: 'ssid' must be 1 to 32 octets of text in UTF-8")]
    [TestCase("vms:\n  - { name: a, role: ap, ssidHex: 0x41 }", "'ssidHex' must be 1 to 32 octets in hexadecimal")]
    [TestCase("vms:\n  - { name: a, role: ap, ssid: A, ssidHex: 41 }", "either 'ssid' or 'ssidHex'")]
    [TestCase("vms:\n  - { name: a, radios: 1, kernelRadios: 2 }", "either 'radios' or 'kernelRadios'")]
    [TestCase("vms:\n  - { name: a, uplink: br0 }", "'uplink' is not for any VM but an access point")]
    [TestCase("vms:\n  - { name: a, qemu: -smp }", "'qemu' must be a list of strings")]
    [TestCase("vms:\n  - { name: a, kernelArguments: [idle=poll quiet] }",
        "'kernelArguments' must be a list of arguments for the guest's kernel, without blanks")]
    [TestCase("vms:\n  - { name: a, kernelArguments: idle=poll }", "'kernelArguments' must be a list")]
    [TestCase("path: module\nvms:\n  - { name: a }", "t.yaml:1:7: error: 'path' must be one of user, kernel")]
    [TestCase("vms:\n  - { name: a, radios: 0, path: kernel }", "t.yaml:2:33: error: 'path' is not for a VM without radios on the lab's medium")]
    [TestCase("vms:\n  - { name: a, radios: 0, regulatory: 1 }", "'regulatory' is not for a VM without radios on the lab's medium")]
    [TestCase("vms:\n  - { name: a, radios: 1, regulatory: 5 }", "'regulatory' must be")]
    [TestCase(
        "kernel: 5.10\nvms:\n  - { name: a }",
        "t.yaml:1:9: error: 'kernel' must be one of 6.1, 6.12, 6.1-debug, 6.12-debug, trixie-backports, sid")]
    [TestCase("vms: []", "'vms' must be a list of at least one VM")]
    [TestCase("name: x", "'vms' must be a list of at least one VM")]
    [TestCase("", "t.yaml:1:1: error: one mapping with the keys name, hypervisor, kernel, isolation, path, time, seed, medium, trunk, vms is")]
    [TestCase("vms: [", "t.yaml:2:1: error: ")]
    [TestCase("name: a\nname: b", "t.yaml:2:")]
    public void AMistakeIsToldWithItsPlaceAndWhatIsAllowed(string yaml, string expected)
    {
        var exception = Assert.Throws<LabException>(() => TopologyReader.Read(yaml, "t.yaml"));
        Assert.That(exception!.Message, Does.Contain(expected));
    }

    [TestCase("time: virtual", null, null)]
    [TestCase("time: { virtual: 2.5 }", null, 2.5)]
    [TestCase("time: real", "virtual", null)]
    [TestCase("", "virtual:10", 10.0)]
    public void VirtualTimeIsOfTheFileOrTheCommandLine(string time, string? option, double? factor)
    {
        var topology = TopologyReader.Read(
            $"{time}\nhypervisor: uml\nseed: 5\nvms: [{{ name: a, radios: 1 }}]", "t.yaml", new TopologyOverrides(Time: option));
        Assert.That(topology.Time, Is.EqualTo(new VirtualTime(factor, Seed: 5)));
    }

    [Test]
    public void TheMediumsSectionsCanBeFollowedByOthersHoweverTheyAreWritten() => Assert.That(
        TopologyReader.Read("medium: { timing: airtime, seed: 3 }\nvms: [{ name: a }]", "t.yaml").Medium, Is.EqualTo("timing: airtime\nseed: 3\n"));

    [Test]
    public void RealTimeIsTheDefault() => Assert.That(TopologyReader.Read("vms: [{ name: a }]", "t.yaml").Time, Is.Null);

    [Test]
    public void AScriptIsWhatAPlainVmDoes()
    {
        const string Yaml = "time: virtual\nhypervisor: uml\nvms:\n  - name: a\n    radios: 1\n    script: |\n      sleep 1\n      iw dev\n";
        Assert.That(TopologyReader.Read(Yaml, "t.yaml").Vms[0].Script, Is.EqualTo("sleep 1\niw dev\n"));
    }

    [TestCase("time: virtul\nhypervisor: uml\nvms: [{ name: a, radios: 1 }]", "t.yaml:1:7: error: 'time' must be real, virtual, or {virtual: F")]
    [TestCase("time: { virtual: -1 }\nhypervisor: uml\nvms: [{ name: a, radios: 1 }]", "with a factor of 0.001 to 1000")]
    [TestCase("time: virtual\nvms: [{ name: a, radios: 1 }]", "QEMU's clock cannot be stopped; 'time: virtual' needs 'hypervisor: uml'")]
    [TestCase("time: virtual\nhypervisor: uml\nvms: [{ name: a }]", "VM 'a' has no radio on the lab's medium")]
    [TestCase("time: virtual\nhypervisor: uml\nvms: [{ name: a, role: ap, uplink: br0 }]", "'uplink' leads to a network whose clock")]
    [TestCase("hypervisor: uml\nvms: [{ name: a, radios: 1, script: 'true' }]", "'script' is for 'time: virtual'")]
    [TestCase("time: virtual\nhypervisor: uml\nvms: [{ name: a, role: ap, script: 'true' }]", "'script' is not for an access point or a station")]
    [TestCase("seed: 5\nvms: [{ name: a }]", "'seed' is for 'time: virtual'")]
    [TestCase("medium: { timeTravel: x }\nvms: [{ name: a }]", "'timeTravel' is not for 'medium'")]
    public void WhatVirtualTimeCannotHaveIsRefused(string text, string message) =>
        Assert.That(() => TopologyReader.Read(text, "t.yaml"), Throws.TypeOf<LabException>().With.Message.Contains(message));

    [Test]
    public void VmsMayBeOnHosts()
    {
        const string Yaml = "trunk: { url: 'tls://nats.example', credentials: /etc/lab.credentials }\n"
            + "vms: [{ name: a, host: h1, radios: 1 }, { name: b, host: h2, radios: 2 }, { name: c, host: h1, radios: 1 }, "
            + "{ name: floor, host: h1 }]";
        var all = TopologyReader.Read(Yaml, "t.yaml");
        Assert.That(all.Hosts, Is.EqualTo(["h1", "h2"]));
        Assert.That(all.Trunk, Is.EqualTo(new TrunkAccess("tls://nats.example", "/etc/lab.credentials")));
        Assert.That(all.Folders, Is.EqualTo(["a", "b", "c", "floor", "h1", "h2"]));
        var part = TopologyReader.Read(Yaml, "t.yaml", new TopologyOverrides(Host: "h2"));
        Assert.That(part.Vms, Has.Count.EqualTo(4), "VMs have the same numbers on all hosts");
        Assert.That(part.Hosts, Is.EqualTo(["h2"]));
        Assert.That(part.Folders, Is.EqualTo(["b", "h2"]));
    }

    [TestCase("vms: [{ name: a, host: h1, radios: 1 }, { name: b, radios: 1 }]", null, "t.yaml:1:41: error: VM 'b' has radios and no 'host'")]
    [TestCase("vms: [{ name: a, host: a, radios: 1 }]", null, "host 'a' has the name of a VM")]
    [TestCase("vms: [{ name: a, host: 'h 1', radios: 1 }]", null, "'host' must be 1 to 15 of a-z, 0-9 and -")]
    [TestCase("trunk: { url: 'nats://127.0.0.1' }\nvms: [{ name: a, host: h1, radios: 1 }]", "h2", "--host: no VM is on host 'h2': there are h1")]
    [TestCase("vms: [{ name: a, host: h1, radios: 1 }]", "h1", "--host needs 'trunk' with the 'url' of the NATS server")]
    [TestCase("trunk: { url: 'nats://a' }\nvms: [{ name: a, host: h1, radios: 1 }, { name: b, radios: 0 }]", "h1", "t.yaml:2:41: error: VM 'b' has")]
    [TestCase("trunk: { url: 'nats://127.0.0.1' }\nvms: [{ name: a, radios: 1 }]", null, "t.yaml:1:8: error: 'trunk' joins hosts: give the VMs")]
    [TestCase("trunk: { credentials: /a }\nvms: [{ name: a }]", null, "'trunk' needs 'url'")]
    [TestCase("trunk: { url: 'nats://127.0.0.1', credentials: a }\nvms: [{ name: a }]", null, "'credentials' must be an absolute path")]
    [TestCase("medium: { trunk: {} }\nvms: [{ name: a }]", null, "'trunk' is not for 'medium'")]
    [TestCase("time: virtual\nhypervisor: uml\nvms: [{ name: a, host: h, radios: 1 }]", null, "hosts have no common clock that could be stopped")]
    public void WhatHostsCannotHaveIsRefused(string text, string? host, string message) =>
        Assert.That(() => TopologyReader.Read(text, "t.yaml", new TopologyOverrides(Host: host)),
            Throws.TypeOf<LabException>().With.Message.Contains(message));

    [Test]
    public void AVmMayBeUserModeLinux()
    {
        var vms = TopologyReader.Read("vms: [{ name: a, radios: 1, hypervisor: uml, memory: 192 }, { name: b, radios: 1 }]", "t.yaml").Vms;
        Assert.That(vms.Select(vm => vm.Hypervisor), Is.EqualTo([Hypervisor.Uml, Hypervisor.Qemu]));
        Assert.That(vms.Select(vm => vm.Path), Is.EqualTo([FramePath.Virtio, FramePath.User]));
        Assert.That(vms.Select(vm => vm.Guest), Is.EqualTo(["6.12-uml", "6.12"]));
    }

    [Test]
    public void TheCommandLinesHypervisorIsThatOfAllVms()
    {
        var vms = TopologyReader.Read(
            "hypervisor: qemu\nvms: [{ name: a, radios: 1 }, { name: b, hypervisor: qemu }]", "t.yaml", new TopologyOverrides(Hypervisor: "uml")).Vms;
        Assert.That(vms.Select(vm => vm.Hypervisor), Is.All.EqualTo(Hypervisor.Uml));
    }

    [TestCase("path: kernel", "'path' is not for a VM that is User-Mode-Linux")]
    [TestCase("cpus: 2", "'cpus' is not for a VM that is User-Mode-Linux")]
    [TestCase("architecture: arm64", "'architecture' is not for a VM that is User-Mode-Linux")]
    [TestCase("qemu: [-s]", "'qemu' is not for a VM that is User-Mode-Linux")]
    [TestCase("kernel: sid", "User-Mode-Linux has the kernels 6.1, 6.12, and this VM's is sid")]
    public void WhatUserModeLinuxCannotDoIsRefused(string key, string message)
    {
        var exception = Assert.Throws<LabException>(
            () => TopologyReader.Read($"hypervisor: uml\nvms:\n  - {{ name: a, radios: 1, {key} }}", "t.yaml"));
        Assert.That(exception!.Message, Does.StartWith("t.yaml:3:").And.Contains(message));
    }

    [Test]
    public void AllMistakesOfAFileAreTold()
    {
        var exception = Assert.Throws<LabException>(() => TopologyReader.Read("nmae: x\nvms:\n  - { name: a, cpus: 0 }", "t.yaml"));
        Assert.That(exception!.Message.Split('\n'), Has.Length.EqualTo(2));
    }
}
