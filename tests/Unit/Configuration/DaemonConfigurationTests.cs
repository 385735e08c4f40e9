using System.Text;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class DaemonConfigurationTests
{
    private static DaemonConfiguration Parse(string yaml) => DaemonConfiguration.Parse(yaml, "/lab/medium.yaml");

    private static string[] ErrorsOf(string yaml) =>
        [.. Assert.Throws<ConfigurationException>(() => Parse(yaml))!.Errors.Select(e => e.ToString())];

    [Test]
    public void AllOfItIsRead()
    {
        var c = Parse("""
            isolation: per-vm
            socket: medium.sock
            socketGroup: kvm
            polling: 50
            geometry:
              ports: 4
              txSlots: 512
              rxDescriptors: 2048
              poolSlots: 64
            vms:
              - name: ap
                socket: ap.sock
                radios: 2
              - { name: "sta-1.x_Y", socket: /run/sta.sock }
            capture: { file: medium.pcapng }
            log: { file: ../medium.log, format: json }
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(c.File, Is.EqualTo("/lab/medium.yaml"));
            Assert.That(c.Isolation, Is.EqualTo(Isolation.PerVm));
            Assert.That(c.Socket, Is.EqualTo("/lab/medium.sock"));
            Assert.That(c.SocketGroup, Is.EqualTo("kvm"));
            Assert.That(c.Polling, Is.EqualTo(Polling.For(50)));
            Assert.That(c.Geometry, Is.EqualTo(new RegionGeometry(4, 512, 2048, 64)));
            Assert.That(
                c.Vms,
                Is.EqualTo(new VmConfiguration[] { new("ap", "/lab/ap.sock", 2), new("sta-1.x_Y", "/run/sta.sock", 64) }));
            Assert.That(c.Capture, Is.EqualTo(new CaptureConfiguration("/lab/medium.pcapng")));
            Assert.That(c.Log, Is.EqualTo(new LogConfiguration("/medium.log", LogFormat.Json)));
        }
    }

    [Test]
    public void AVmHasTheAddressesThatItsEntryNames()
    {
        var c = Parse("""
            spoofing: allowed
            vms:
              - { name: ap, socket: ap.sock, addresses: ["02:00:00:00:00:0A", "02:aa:bb", 0a], spoofing: refused }
              - { name: sta, socket: sta.sock }
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(c.Spoofing, Is.True);
            Assert.That(c.Vms[0].Spoofing, Is.False);
            Assert.That(c.Vms[0].Addresses.Select(a => a.ToString()), Is.EqualTo(new[] { "02:00:00:00:00:0a", "02:aa:bb", "0a" }));
            Assert.That(c.Vms[0].Addresses[1].Contains(MacAddress.Parse("02:aa:bb:00:00:01")), Is.True);
            Assert.That(c.Vms[0].Addresses[1].Contains(MacAddress.Parse("02:aa:bc:00:00:01")), Is.False);
            Assert.That(c.Vms[1], Is.EqualTo(new VmConfiguration("sta", "/lab/sta.sock")));
            Assert.That(DaemonWriter.ToYaml(DaemonConfiguration.Parse(DaemonWriter.ToYaml(c), "/x.yaml")), Is.EqualTo(DaemonWriter.ToYaml(c)));
        }
    }

    [TestCase("[]", "an empty list")]
    [TestCase("02:aa", "'02:aa'")]
    [TestCase("[\"02:aa:\"]", "'02:aa:'")]
    [TestCase("[\"02:aa:bb:cc:dd:ee:ff\"]", "'02:aa:bb:cc:dd:ee:ff'")]
    [TestCase("[2g]", "'2g'")]
    public void AddressesAreOctetsInHexadecimal(string addresses, string found)
    {
        var e = Assert.Throws<ConfigurationException>(() => Parse($"vms:\n  - {{ name: ap, socket: ap.sock, addresses: {addresses} }}\n"))!;
        Assert.That(e.Errors.Single().Message, Does.Contain(found).And.Contain("allowed: a list of addresses, or of their first octets"));
    }

    [Test]
    public void ASocketIsEnough()
    {
        var c = Parse("socket: medium.sock");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(c.Isolation, Is.EqualTo(Isolation.Shared));
            Assert.That(c.Polling, Is.EqualTo(Polling.Auto));
            Assert.That(c.Geometry, Is.EqualTo(new RegionGeometry()));
            Assert.That(c.Vms, Is.Empty);
            Assert.That(c.SocketGroup, Is.Null);
            Assert.That(c.Capture, Is.Null);
            Assert.That(c.Log, Is.EqualTo(new LogConfiguration(null, LogFormat.Text)));
        }
    }

    [TestCase("", null, "/run/shm/control.sock")]
    [TestCase("control: ctl.sock", "/lab/ctl.sock", "/lab/ctl.sock")]
    public void TheControlSocketIsBesideTheStateFileUnlessToldOtherwise(string yaml, string? socket, string path)
    {
        var control = Parse($"socket: s\n{yaml}").Control;
        Assert.That(control, Is.EqualTo(new ControlConfiguration(socket)));
        Assert.That(control!.SocketFor("/run/shm/state.json"), Is.EqualTo(path));
    }

    [Test]
    public void TheControlApiCanBeTurnedOff() => Assert.That(Parse("socket: s\ncontrol: none").Control, Is.Null);

    [Test]
    public void SocketsAreForThoseWhoAreNamed()
    {
        var c = Parse("""
            socket: s
            socketGroup: kvm
            vms:
              - {name: ap, socket: ap.sock, user: qemu-ap}
              - {name: sta1, socket: sta1.sock, group: 107}
              - {name: sta2, socket: sta2.sock}
            control: {socket: c, group: netlab, readers: monitoring}
            """);
        Assert.That(c.Vms.Select(c.OwnerOf), Is.EqualTo(new[] { new SocketOwner("qemu-ap"), new(null, "107"), new(null, "kvm") }));
        Assert.That(c.Control, Is.EqualTo(new ControlConfiguration("/lab/c", "netlab", "monitoring")));
    }

    [Test]
    public void ANameOfNobodyIsAnError() =>
        Assert.That(ErrorsOf("socket: s\ncontrol: {group: ''}"),
            Is.EqualTo(new[] { "/lab/medium.yaml:2:18: error: 'group' is ''; allowed: the name or number of a group" }));

    [Test]
    public void TheControlSocketIsNoVms() =>
        Assert.That(ErrorsOf("socket: s\ncontrol: ./s"),
            Is.EqualTo(new[] { "/lab/medium.yaml:2:10: error: socket '/lab/s' is here a second time; the first is in line 1" }));

    [TestCase("vm1", true)]
    [TestCase("ap", true)]
    [TestCase("vm", false)]
    [TestCase("vmx", false)]
    [TestCase("sta", false)]
    public void VmsThatCanAttachAreKnown(string name, bool can) =>
        Assert.That(Parse("socket: s\nvms: [{name: ap, socket: ap.sock}]").CanAttach(name), Is.EqualTo(can));

    [Test]
    public void PollingCanBeOff() => Assert.That(Parse("socket: s\npolling: off").Polling, Is.EqualTo(Polling.Off));

    [Test]
    public void ARegionPerVmHasOnePort()
    {
        var shared = Parse("socket: s\nisolation: shared").RegionGeometry;
        var perVm = Parse("socket: s\nisolation: per-vm").RegionGeometry;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shared.Ports, Is.EqualTo(16));
            Assert.That(perVm.Ports, Is.EqualTo(1));
            Assert.That(perVm.RegionSize, Is.LessThan(shared.RegionSize));
        }
    }

    [Test]
    public void AllErrorsAreReportedAtOnceInTheOrderOfTheFile() => Assert.That(
        ErrorsOf("""
            isolation: share
            sokcet: a.sock
            geometry:
              txSlots: 300
              ports: 121
              rxDescriptors: many
            vms:
              - name: ap
                socket: ap.sock
                radios: 65
              - name: ap
                socket: ./ap.sock
              - name: "a b"
            log: { format: xml }
            isolation: shared
            """),
        Is.EqualTo(new[]
        {
            "/lab/medium.yaml:1:12: error: 'isolation' is 'share' (did you mean 'shared'?); allowed: shared, per-vm",
            "/lab/medium.yaml:2:1: error: unknown key 'sokcet' (did you mean 'socket'?); allowed: isolation, socket, socketGroup, spoofing, polling, "
                + "scheduling, geometry, vms, local, time, timeTravel, capture, log, control, metrics, web, trunk, timing, seed, radios, "
                + "links, propagation, walls, fading, errorTable, faults, jammers, schedule",
            "/lab/medium.yaml:4:12: error: 'txSlots' is 300, no power of two; allowed: a power of two from 16 to 4096; next to it are 256 and 512",
            "/lab/medium.yaml:5:10: error: 'ports' is '121'; allowed: a whole number from 1 to 120",
            "/lab/medium.yaml:6:18: error: 'rxDescriptors' is 'many'; allowed: a power of two from 16 to 16384",
            "/lab/medium.yaml:10:13: error: 'radios' is '65'; allowed: a whole number from 1 to 64",
            "/lab/medium.yaml:11:11: error: VM name 'ap' is here a second time; the first is in line 8",
            "/lab/medium.yaml:12:13: error: socket '/lab/ap.sock' is here a second time; the first is in line 9",
            "/lab/medium.yaml:13:5: error: this VM has no 'socket'; each VM in 'vms' needs a name and a socket (or 'vhostUser')",
            "/lab/medium.yaml:13:11: error: VM name 'a b' is not possible; allowed: 1 to 47 characters out of A-Z a-z 0-9 _ . -",
            "/lab/medium.yaml:14:16: error: 'format' is 'xml'; allowed: text, json",
            "/lab/medium.yaml:15:1: error: key 'isolation' is here a second time; the first is in line 1",
        }));

    [Test]
    public void AVmMayHaveAFrontEndInPlaceOfAnIvshmemDevice()
    {
        var configuration = Parse("vms: [{name: uml, vhostUser: uml.sock, radios: 2}, {name: ap, socket: ap.sock}]");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.Vms.Select(vm => (vm.Name, vm.Socket, vm.IsVhostUser, vm.MaxRadios)),
                Is.EqualTo(new[] { ("uml", "/lab/uml.sock", true, 2), ("ap", "/lab/ap.sock", false, 64) }));
            Assert.That(Parse(DaemonWriter.ToYaml(configuration)).Vms, Is.EqualTo(configuration.Vms), "written and read");
            Assert.That(DaemonState.Of(configuration).Vms.Select(vm => vm.Name), Is.EqualTo(new[] { "ap" }), "for ivshmem-args");
        }
    }

    [Test]
    public void ThisKernelsRadiosMayBeBesideVms()
    {
        var configuration = Parse("local: true\nvms: [{name: ap, socket: ap.sock}]\nlinks: [{from: ap, to: local/phy0, snrDb: 20}]");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.Local, Is.True);
            Assert.That(configuration.CanAttach("local"), Is.True);
            Assert.That(Parse("vms: [{name: ap, socket: ap.sock}]").CanAttach("local"), Is.False, "unless they are there");
            Assert.That(Parse(DaemonWriter.ToYaml(configuration)).Local, Is.True, "written and read");
            Assert.That(Parse("local: true").Vms, Is.Empty, "alone, too");
            Assert.That(DaemonState.Of(configuration).Vms.Select(vm => vm.Name), Is.EqualTo(new[] { "ap" }), "for ivshmem-args");
        }
    }

    [Test]
    public void AVmMayBeCalledLocalWhenThisKernelsRadiosAreNotThere() =>
        Assert.That(Parse("vms: [{ name: local, socket: s }]").CanAttach("local"), Is.True);

    [TestCase("time: virtual", null)]
    [TestCase("time: {virtual: 2.5}", 2.5)]
    public void GuestsClocksMayBeTheDaemons(string time, double? factor)
    {
        var configuration = Parse($"vms: [{{name: uml, vhostUser: uml.sock}}]\n{time}\ntimeTravel: time.sock");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.VirtualTime, Is.EqualTo(new VirtualTimeConfiguration("/lab/time.sock", factor)));
            Assert.That(Parse(DaemonWriter.ToYaml(configuration)).VirtualTime, Is.EqualTo(configuration.VirtualTime), "written and read");
            Assert.That(Parse("socket: s\ntime: real").VirtualTime, Is.Null);
        }
    }

    [TestCase("vms: [{name: uml, vhostUser: u}]\ntime: virtual", "2:7: error: 'time: virtual' has no 'timeTravel'")]
    [TestCase("vms: [{name: uml, vhostUser: u}]\ntimeTravel: t", "2:13: error: 'timeTravel' is the socket of the calendar of virtual time")]
    [TestCase("vms: [{name: uml, vhostUser: u}]\ntime: fast\n", "2:7: error: 'time' is 'fast'; allowed: real, virtual, or {virtual: FACTOR}")]
    [TestCase("vms: [{name: uml, vhostUser: u}]\ntime: {virtual: 0}\ntimeTravel: t", "2:17: error: 'virtual' is '0'; allowed: a number")]
    [TestCase("vms: [{name: vm, socket: s}]\ntime: virtual\ntimeTravel: t", "1:6: error: VM 'vm': a VM with an ivshmem device has a clock that")]
    [TestCase("socket: s\ntime: virtual\ntimeTravel: t", "1:9: error: 'socket': a VM with an ivshmem device has a clock that cannot be stopped")]
    [TestCase("local: true\ntime: virtual\ntimeTravel: t", "1:8: error: 'local': the clock of this machine's own radios cannot be stopped")]
    [TestCase("vms: [{name: uml, vhostUser: u}]\ntime: virtual\ntimeTravel: u", "3:13: error: socket '/lab/u' is here a second time")]
    public void VirtualTimeIsRefusedWhereAClockCannotBeStopped(string yaml, string error) =>
        Assert.That(ErrorsOf(yaml), Has.Some.StartsWith($"/lab/medium.yaml:{error}"));

    [TestCase("", Scheduling.Normal)]
    [TestCase("scheduling: normal", Scheduling.Normal)]
    [TestCase("scheduling: realtime", Scheduling.Realtime)]
    public void SchedulingIsNormalUnlessAskedFor(string line, Scheduling expected) =>
        Assert.That(Parse($"socket: s\n{line}").Scheduling, Is.EqualTo(expected));

    [Test]
    public void AnMediumOfThisMachinesRadiosNeedsNoVms()
    {
        var configuration =
            DaemonConfiguration.Parse("links:\n  - { from: local/phy0, to: local/phy1, snrDb: 20 }", "/lab/medium.yaml", needsVms: false);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration.Socket, Is.Null);
            Assert.That(configuration.Vms, Is.Empty);
        }
    }

    [TestCase("", "1:1: error: is empty")]
    [TestCase("# only a comment", "is empty")]
    [TestCase("- a", "1:1: error: the file is a list; it must be a mapping of isolation,")]
    [TestCase("just text", "1:1: error: the file is 'just text'; it must be a mapping")]
    [TestCase("isolation: shared", "1:1: error: has neither 'socket' nor 'vms'")]
    [TestCase("socket: [", "error: is not YAML: ")]
    [TestCase("socket: s\n\tpolling: off", "1:9: error: is not YAML: ")]
    [TestCase("socket: s\n---\nsocket: t", "2:1: error: a second document starts here")]
    [TestCase("socket: &a s\nlog: { file: *a }", "2:14: error: '*a' is an alias; write the value itself")]
    [TestCase("socket:", "error: 'socket' is empty; allowed: a path")]
    [TestCase("socket: ''", "1:9: error: 'socket' is empty; allowed: a path")]
    [TestCase("socket: {a: b}", "1:9: error: 'socket' is a mapping; allowed: a path")]
    [TestCase("socket: \"a\\0b\"", "1:9: error: 'socket' is a text with a NUL in it")]
    [TestCase("socket: \"a\\nb\"", "1:9: error: socket path has a control character in it")]
    [TestCase("socket: s\npolling: 0", "2:10: error: 'polling' is '0'; allowed: auto, off, or microseconds from 1 to 1000000")]
    [TestCase("socket: s\npolling: on", "2:10: error: 'polling' is 'on'; allowed: auto, off,")]
    [TestCase("socket: s\npolling: ofF", "(did you mean 'off'?)")]
    [TestCase("socket: s\ngeometry: 12", "2:11: error: 'geometry' is '12'; it must be a mapping of ports, txSlots, rxDescriptors, poolSlots")]
    [TestCase("socket: s\ngeometry: { ports: \"16\" }", "2:20: error: 'ports' is '16'; allowed: a whole number")]
    [TestCase("socket: s\nisolation: per-vm\ngeometry: { ports: 1025 }", "3:20: error: 'ports' is '1025'; allowed: a whole number from 1 to 1024")]
    [TestCase("socket: s\ngeometry: { ports: 1.5 }", "'ports' is '1.5'; allowed: a whole number")]
    [TestCase("socket: s\ngeometry: { ports: 99999999999 }", "'ports' is '99999999999'; allowed: a whole number")]
    [TestCase("socket: s\ngeometry: { txSlots: 8 }", "'txSlots' is '8'; allowed: a power of two from 16 to 4096")]
    [TestCase("socket: s\ngeometry: { poolSlots: 8192 }", "'poolSlots' is '8192'; allowed: a power of two from 16 to 4096")]
    [TestCase("socket: s\ngeometry: { tx_slots: 16 }", "unknown key 'tx_slots' in 'geometry' (did you mean 'txSlots'?); allowed: ports,")]
    [TestCase("vms: []", "1:6: error: 'vms' is an empty list; allowed: a list of VMs")]
    [TestCase("vms: ap", "1:6: error: 'vms' is 'ap'; allowed: a list of VMs")]
    [TestCase("vms: [ap]", "1:7: error: 'vms' is 'ap'; it must be a mapping of name, socket, radios")]
    [TestCase("vms: [{ socket: s }]", "1:7: error: this VM has no 'name'")]
    [TestCase("vms: [{ name: a, socket: s, vhostUser: t }]", "1:7: error: this VM has both 'socket', for an ivshmem device, and 'vhostUser'")]
    [TestCase("vms: [{ name: a, vhostUser: s }, { name: b, socket: s }]", "socket '/lab/s' is here a second time; the first is in line 1")]
    [TestCase("vms: [{ name: ap, socket: s, radios: 0 }]", "'radios' is '0'; allowed: a whole number from 1 to 64")]
    [TestCase("vms: [{ name: ä, socket: s }]", "VM name 'ä' is not possible; allowed: 1 to 47 characters")]
    [TestCase("socket: c\nvms: [{ name: vm1, socket: s }]", "VM name 'vm1' is kept for VMs that attach at the common 'socket'")]
    [TestCase("socket: c\nvms: [{ name: a, socket: c }]", "socket '/lab/c' is here a second time; the first is in line 1")]
    [TestCase("vms: [{ name: a, socket: s }, { name: b, socket: t }]\ngeometry: { ports: 1 }",
        "1:6: error: 2 VMs are listed, but 'ports' in 'geometry' is 1")]
    [TestCase("vms: [{ name: a, socket: s }]\nlocal: true\ngeometry: { ports: 1 }",
        "1:6: error: 1 VMs are listed beside 'local', but 'ports' in 'geometry' is 1; allowed: at most as many VMs as ports less one")]
    [TestCase("vms: [{ name: local, socket: s }]\nlocal: true", "1:15: error: VM name 'local' is that of this kernel's own radios")]
    [TestCase("socket: s\nlocal: on", "2:8: error: 'local' is 'on'; allowed: true, false")]
    [TestCase("local: true\nlinks: [{from: locla/phy0, to: local/phy1, snrDb: 9}]",
        "no VM is called 'locla' (did you mean 'local'?); there are local")]
    [TestCase("local: false", "1:1: error: has neither 'socket' nor 'vms'")]
    [TestCase("socket: s\ncapture: {}", "2:10: error: 'capture' has no 'file'")]
    [TestCase("socket: s\ncapture: medium.pcapng",
        "'capture' is 'medium.pcapng'; it must be a mapping of file, format, radio, view, lost, controlFrames, group, fileSize, files, duration")]
    [TestCase("socket: s\ncapture: {file: c, fileSize: 100}", "'fileSize' is '100'; allowed: a whole number and its unit out of K, M, G, T")]
    [TestCase("socket: s\ncapture: {file: c, fileSize: 1023K}", "'fileSize' is '1023K'; allowed: a whole number and its unit")]
    [TestCase("socket: s\ncapture: {file: c, files: 1}", "'files' is '1'; allowed: a whole number from 2 to 10000")]
    [TestCase("socket: s\ncapture: {file: c, duration: 1ms}", "'duration' is '1ms'; allowed: a number and its unit")]
    [TestCase("socket: s\n? [a]\n: b", "unknown key 'a list'")]
    public void AWrongFileIsOneError(string yaml, string expected)
    {
        string[] errors = ErrorsOf(yaml);
        Assert.That(errors, Has.Length.EqualTo(1), () => string.Join('\n', errors));
        Assert.That(errors[0], Does.Contain(expected));
    }

    [Test]
    public void AVmMayBeCalledVm1WhenNoSocketIsCommon() =>
        Assert.That(Parse("vms: [{ name: vm1, socket: s }]").Vms[0].Name, Is.EqualTo("vm1"));

    [Test]
    public void ANameMayHave47BytesAndNoMore()
    {
        string longest = new string('n', 47);
        Assert.That(Parse($"vms: [{{ name: {longest}, socket: s }}]").Vms[0].Name, Is.EqualTo(longest));
        Assert.That(ErrorsOf($"vms: [{{ name: {longest}n, socket: s }}]"), Has.Length.EqualTo(1));
    }

    [Test]
    public void ASocketPathMayHave107BytesAndNoMore()
    {
        string longest = "/" + new string('s', 106);
        Assert.That(Parse($"socket: {longest}").Socket, Is.EqualTo(longest));
        Assert.That(ErrorsOf($"socket: {longest}s").Single(), Does.Contain("has 108 bytes; a Unix socket's path has at most 107"));
        Assert.That(ErrorsOf($"socket: /{new string('ä', 54)}").Single(), Does.Contain("has 109 bytes"));
    }

    [Test]
    public void DeepNestingIsAnErrorAndNoCrash() =>
        Assert.That(ErrorsOf("socket: " + new string('[', 100_000)).Single(), Does.Contain("nested more than 32 deep"));

    [Test]
    public void AMissingFileSaysSo()
    {
        var e = Assert.Throws<ConfigurationException>(() => DaemonConfiguration.Load("/nowhere/medium.yaml"))!;
        Assert.That(e.Message, Does.StartWith("/nowhere/medium.yaml: error: cannot be read: "));
    }

    [Test]
    public void AFileThatIsNotUtf8SaysSo()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. Encoding.ASCII.GetBytes("socket: "), 0xff, 0xfe, 0x80]);
            var e = Assert.Throws<ConfigurationException>(() => DaemonConfiguration.Load(file))!;
            Assert.That(e.Message, Does.StartWith($"{file}: error: is not UTF-8: "));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void AnyTextIsAConfigurationOrItsErrors()
    {
        string[] pieces =
        [
            "socket", "vms", "name", "geometry", "ports", "txSlots", "capture", "log", "polling", ":", ": ", "- ", "\n", "\n  ", "{", "}", "[", "]",
            ",", "'", "\"",
            "&a", "*a", "!t", "|", ">", "?", "#", "---", "...", "%YAML", "\t", "16", "-1", "a", "\0", "\u2028", "~",
        ];
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(random.GetItems(pieces, random.Next(1, 24)));
            try
            {
                Parse(text);
            }
            catch (ConfigurationException e)
            {
                Assert.That(e.Errors, Is.Not.Empty, text);
            }
        }
    }
}
