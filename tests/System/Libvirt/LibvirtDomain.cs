using System.Xml.Linq;
using ShmWifi.IvshmemArgs;
using ShmWifi.Lab.Guest;
using ShmWifi.Tests.System.Systemd;

namespace ShmWifi.Tests.System.Libvirt;

/// <summary>A domain of libvirt's in a container, with the guest of the lab's image.</summary>
internal sealed class LibvirtDomain : IDisposable
{
    /// <summary>What a step in the guest may take.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);

    private readonly SystemdContainer _host;
    private readonly string _folder;
    private readonly string _log;
    private readonly GuestExecutor _guest;

    /// <summary>Defines it.</summary>
    /// <param name="socket">Of the daemon.</param>
    /// <param name="kernelArguments">More arguments for the guest's kernel.</param>
    public LibvirtDomain(SystemdContainer host, string name, string socket, string kernelArguments = "")
    {
        (_host, Name) = (host, name);
        _folder = $"/var/lib/guest/{name}";
        _log = $"/var/log/libvirt/qemu/{name}-serial.log";
        _guest = new GuestExecutor(name, host.PathOf(_folder), host.PathOf(_log));
        Directory.CreateDirectory(host.PathOf(_folder));
        File.WriteAllText(host.PathOf($"{_folder}/domain.xml"), Xml(socket, kernelArguments).ToString());
        host.Run($"chown libvirt-qemu '{_folder}' && virsh define '{_folder}/domain.xml'");
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Starts it.</summary>
    /// <returns>virsh(1)'s exit code, and what it said.</returns>
    public (int Code, string Output) TryStart() => _host.TryRun($"virsh start '{Name}'");

    /// <summary>Starts it, and waits until its guest runs commands.</summary>
    public void Boot()
    {
        var (code, output) = TryStart();
        Assert.That(code, Is.Zero, output);
        Deadline.Until(() => File.ReadAllText(_host.PathOf(_log)).Contains("shmwifi guest ready", StringComparison.Ordinal), $"the guest of {Name}");
    }

    /// <summary>Runs a shell's commands in its guest, which must succeed.</summary>
    public Task<string> RunAsync(string step, string script) => _guest.RunAsync(step, script, StepLimit);

    /// <summary>Ends it.</summary>
    public void Destroy() => _host.Run($"virsh destroy '{Name}'");

    /// <inheritdoc/>
    public void Dispose() => _guest.Dispose();

    private XElement Xml(string socket, string kernelArguments) => new(
        "domain",
        new XAttribute("type", "qemu"),
        new XElement("name", Name),
        new XElement("memory", new XAttribute("unit", "MiB"), 256),
        new XElement("vcpu", new XAttribute("current", 1), 2), // one that could come: docs/qemu.md
        new XElement(
            "os",
            new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "pc"), "hvm"),
            new XElement("kernel", "/guest/vmlinux"),
            new XElement("initrd", "/guest/initramfs"),
            new XElement("cmdline", "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable norandmaps cryptomgr.notests lsm= "
                + $"shmwifi.name={Name.Replace(' ', '-')} {kernelArguments}")),
        new XElement("features", new XElement("acpi")),
        new XElement("cpu", new XAttribute("mode", "maximum")),
        new XElement(
            "devices",
            new XElement("serial", new XAttribute("type", "file"), new XElement("source", new XAttribute("path", _log))),
            Enumerable.Range(0, GuestExecutor.Ports).Select(port => new XElement(
                "channel",
                new XAttribute("type", "unix"),
                new XElement("source", new XAttribute("mode", "bind"), new XAttribute("path", GuestExecutor.Socket(_folder, port))),
                new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", $"org.shmwifi.exec.{port}")))),
            XElement.Parse(LibvirtXml.For(socket))));
}
