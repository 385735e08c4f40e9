using ShmWifi.IvshmemArgs;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>A VM whose first process is systemd, with the module, shm-injector and its units as packages would install them; and a medium.</summary>
/// <remarks>Its initramfs is a whole Debian, with the kernel's modules, shm-injector and the exec agent of the lab's image.</remarks>
internal sealed class SystemdGuest : IAsyncDisposable
{
    private const string Name = "systemd-guest";
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);
    private readonly string _initramfs;
    private LabInstance? _lab;

    private SystemdGuest(string initramfs) => _initramfs = initramfs;

    /// <summary>The host's side.</summary>
    public MediumProcess Medium { get; } = MediumProcess.Start();

    /// <summary>Boots it.</summary>
    /// <param name="suite">Of Debian.</param>
    /// <param name="kernel">Its series.</param>
    /// <exception cref="LabException">It does not come up.</exception>
    public static async Task<SystemdGuest> BootAsync(string suite, string kernel)
    {
        var directory = new LabDirectory(Name);
        directory.Prepare([Name]);
        var guest = new SystemdGuest(Path.Combine(directory.Path, "initramfs"));
        try
        {
            await guest.BootAsync(directory, suite, kernel);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a shell's command in it.</summary>
    /// <returns>What it printed, without the last line's end.</returns>
    /// <exception cref="LabException">It failed.</exception>
    public async Task<string> RunAsync(string command) => (await _lab!.Vms[0].Guest.RunAsync(command, command, StepLimit)).TrimEnd();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lab is { } lab)
            await lab.DisposeAsync();
        Medium.Dispose();
        File.Delete(_initramfs);
    }

    private async Task BootAsync(LabDirectory directory, string suite, string kernel)
    {
        HostCommand.Run("bash", "-euc", """
            tree=$(mktemp -d)
            trap 'rm -rf "$tree"' EXIT
            mkdir -p "$tree"/usr/{bin,lib/systemd/system} "$tree/etc/systemd/system/sysinit.target.wants"
            (cd "$tree/usr" && cpio -i --quiet --make-directories 'lib/modules/*' bin/busybox bin/exec-agent bin/shm-injector <"$2")
            ln -s busybox "$tree/usr/bin/ip"
            ln -s busybox "$tree/usr/bin/usleep"
            cp "$4"/*.service "$tree/usr/lib/systemd/system/"
            cat >"$tree/usr/lib/systemd/system/exec-agent@.service" <<'EOF'
            [Unit]
            DefaultDependencies=no

            [Service]
            ExecStartPre=/sbin/modprobe -a virtio_pci virtio_net virtio_console
            ExecStart=/bin/sh -c 'until [ -e /dev/vport*p%i ]; do usleep 50000; done; exec exec-agent /dev/vport*p%i %i'
            EOF
            for port in 1 2 3 4; do
                ln -s /usr/lib/systemd/system/exec-agent@.service "$tree/etc/systemd/system/sysinit.target.wants/exec-agent@$port.service"
            done
            pack() { find . -xdev "$@" -print0 | cpio --quiet --null --create --format=newc; }
            (cd "$1" && pack \( -path ./usr/share/doc -o -path ./usr/share/locale -o -path ./usr/share/man -o -path ./var/cache \
                -o -path ./var/lib/apt \) -prune -o) >"$3"
            (cd "$tree" && pack) >>"$3"
            """, "bash", DebianRoot.Make(suite, "guest", "udev"), Checkout.Initramfs(kernel), _initramfs,
            Path.Combine(Checkout.Root, "guest/ShmInjector/systemd"));
        var vm = new VmSpec
        {
            Name = Name,
            Kernel = kernel,
            MemoryMib = 1024,
            Radios = 0, // none that the lab would make
            KernelArguments = ["rdinit=/sbin/init"],
            QemuArguments = ["-initrd", _initramfs, .. IvshmemArguments.For(Medium.Socket)], // the last -initrd counts
        };
        var topology = new Topology(Name, PerVmIsolation: false, [vm]);
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
    }
}
