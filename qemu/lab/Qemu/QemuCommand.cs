using System.Globalization;
using ShmWifi.IvshmemArgs;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Qemu;

/// <summary>The QEMU command line of a VM.</summary>
internal static class QemuCommand
{
    /// <summary>The program and its arguments.</summary>
    /// <param name="index">Its place in the lab, from 0: the last part of its wired address.</param>
    /// <param name="accel">"kvm" or "tcg".</param>
    /// <param name="uplinkTap">The tap of its uplink; or null.</param>
    /// <param name="mediumSocket">Where the daemon serves its region; null when it has no radio on the lab's medium.</param>
    public static List<string> For(
        VmSpec vm, int index, string folder, string accel, string wiredTap, string? uplinkTap, string? mediumSocket)
    {
        var machine = Machine.Of(vm);
        List<string> command =
        [
            machine.Program, "-name", $"{vm.Name},process=shmwifi-{vm.Name}",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", machine.Type, "-accel", accel, "-cpu", accel == "kvm" ? "host" : machine.EmulatedCpu,
            "-smp", Processors(vm, accel), "-m", $"{vm.MemoryMib}",
            "-kernel", Checkout.Kernel(vm.Guest), "-initrd", Checkout.Initramfs(vm.Guest),
            "-append", KernelCommandLine(vm, accel),
            "-chardev",
            $"socket,id=console,path={Value(VmFiles.ConsoleSocket(folder))},server=on,wait=off,"
                + $"logfile={Value(VmFiles.SerialLog(folder))},logappend=on",
            "-serial", "chardev:console",
            "-qmp", $"unix:{Value(QmpSocket(folder))},server=on,wait=off",
            "-device", "virtio-serial-pci",
        ];
        for (int port = 0; port < GuestExecutor.Ports; port++)
        {
            command.AddRange(
            [
                "-chardev", $"socket,id=exec{port},path={Value(GuestExecutor.Socket(folder, port))},server=on,wait=off",
                "-device", $"virtserialport,chardev=exec{port},name=org.shmwifi.exec.{port}",
            ]);
        }

        command.AddRange(Nic("wired", wiredTap, index));
        if (uplinkTap != null)
            command.AddRange(Nic("uplink", uplinkTap, index + 0x8000));
        if (mediumSocket != null)
            command.AddRange(IvshmemArguments.For(mediumSocket));

        command.AddRange(vm.QemuArguments);
        return command;
    }

    /// <summary>The monitor's socket.</summary>
    public static string QmpSocket(string folder) => Path.Combine(folder, "qmp");

    /// <summary>The kernel's command line.</summary>
    /// <param name="accel">"kvm" or "tcg".</param>
    internal static string KernelCommandLine(VmSpec vm, string accel)
    {
        string datapath = vm is { Radios: > 0, Path: FramePath.Kernel } ? " shmwifi.datapath=kernel" : "";
        string radios = vm.KernelRadios > 0 ? string.Create(CultureInfo.InvariantCulture, $" shmwifi.radios={vm.KernelRadios}") : "";
        string clock = vm.Architecture != GuestArchitecture.Amd64 ? ""
            : accel == "tcg" ? $" tsc=reliable tsc_early_khz={HostTsc.Khz}"
            : " tsc=reliable";
        string tcg = accel == "tcg" ? " norandmaps" : "";
        return string.Join(' ',
            [$"console={Machine.Of(vm).Console} quiet panic=-1 mitigations=off{clock}{tcg} cryptomgr.notests lsm= "
                + $"shmwifi.name={vm.Name}{datapath}{radios}",
            .. vm.KernelArguments]);
    }

    /// <remarks>Where no second processor can come, TCG takes the guest to be alone at its memory, and leaves its full fences out: doorbells
    /// would be lost. Source: qemu tcg/tcg-op.c, CF_PARALLEL; accel/tcg, tcg_cpu_init_cflags.</remarks>
    private static string Processors(VmSpec vm, string accel) =>
        accel == "tcg" && vm.Cpus == 1 ? "1,maxcpus=2" : $"{vm.Cpus}";

    private static string[] Nic(string id, string tap, int index) =>
    [
        "-netdev", $"tap,id={id},ifname={tap},script=no,downscript=no,vhost=off",
        "-device", $"virtio-net-pci,netdev={id},mac=52:54:00:77:{index >> 8:x2}:{index & 0xff:x2},romfile=",
    ];

    /// <summary>A value among QEMU's comma-separated options: its commas are doubled.</summary>
    private static string Value(string text) => text.Replace(",", ",,", StringComparison.Ordinal);
}
