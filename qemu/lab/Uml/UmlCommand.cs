using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Uml;

/// <summary>The command line of a VM that is User-Mode-Linux: a kernel that is a program of this machine.</summary>
internal static class UmlCommand
{
    private const int HwsimDeviceId = 29; // linux include/uapi/linux/virtio_ids.h, VIRTIO_ID_MAC80211_HWSIM

    /// <summary>The program and its arguments, of a VM that the lab gives commands.</summary>
    /// <param name="index">Its place in the lab, from 0: the last part of its wired address.</param>
    /// <param name="console">The terminal that its console is on.</param>
    /// <param name="exec">The terminals of its exec ports, in order.</param>
    /// <param name="uplinkTap">The tap of its uplink; or null.</param>
    /// <param name="wiredTap">Null: it has no wired interface.</param>
    /// <param name="mediumSocket">Where the daemon serves vhost-user for it; null when it has no radio on the lab's medium.</param>
    public static List<string> For(VmSpec vm, int index, string folder, string kernel, string initramfs, string console, IReadOnlyList<string> exec,
        string? wiredTap, string? uplinkTap, string? mediumSocket)
    {
        List<string> command =
        [
            .. Common(vm, folder, kernel, initramfs, mediumSocket),
            $"ssl0=tty:{console}", .. exec.Select((terminal, port) => $"ssl{port + 1}=tty:{terminal}"),
            $"shmwifi.exec={string.Join(',', Enumerable.Range(1, GuestExecutor.Ports).Select(port => $"ttyS{port}"))}",
        ];
        if (wiredTap != null)
            command.Add(Nic(0, wiredTap, index));
        if (uplinkTap != null)
            command.Add(Nic(1, uplinkTap, index + 0x8000));
        command.AddRange(Last(vm));
        return command;
    }

    /// <summary>The program and its arguments, of a VM that a script tells what to do: its console is the process's output, and no terminal of this
    /// machine, whose name may be another each time, is in its command line.</summary>
    /// <param name="script">On this machine.</param>
    public static List<string> ForScript(VmSpec vm, string folder, string kernel, string initramfs, string script, string mediumSocket) =>
        [.. Common(vm, folder, kernel, initramfs, mediumSocket), "ssl0=null,fd:1", $"shmwifi.script={script}", .. Last(vm)];

    /// <summary>The same VM with the daemon's clock, and random numbers from a seed.</summary>
    /// <param name="command">From <see cref="For"/> or <see cref="ForScript"/>.</param>
    /// <param name="index">Its place in the lab, from 0: in this order VMs run that are due at one time.</param>
    /// <param name="calendar">The daemon's socket.</param>
    /// <param name="generator">qemu/seeded-random, built.</param>
    public static List<string> InVirtualTime(IEnumerable<string> command, int index, string calendar, int seed, string generator) =>
    [
        "setarch", "-R", "env", $"SEED={seed}", $"LD_PRELOAD={generator}", // -R: addresses go into the guest's generator, too
        .. command, $"time-travel=ext:{index + 1}:{calendar}",
    ];

    /// <remarks>uml_dir has the process ID and the socket of mconsole.</remarks>
    private static List<string> Common(VmSpec vm, string folder, string kernel, string initramfs, string? mediumSocket) =>
    [
        kernel, $"initrd={initramfs}", $"mem={vm.MemoryMib}M", $"uml_dir={folder}/", "umid=uml", "console=ttyS0", "con=null", "ssl=null",
        "quiet", "panic=-1", "cryptomgr.notests", $"shmwifi.name={vm.Name}",
        .. mediumSocket is null ? (string[])[] : [$"virtio_uml.device={mediumSocket}:{HwsimDeviceId}"],
    ];

    private static List<string> Last(VmSpec vm) =>
        [.. vm.KernelRadios > 0 ? (string[])[$"shmwifi.radios={vm.KernelRadios}"] : [], .. vm.KernelArguments];

    /// <remarks>Without gro, what is longer than a packet of the interface is dropped, as the taps of this machine pass it on whole.
    /// Source: linux arch/um/drivers/vector_kern.c, get_req_size and vector_mmsg_rx.</remarks>
    private static string Nic(int number, string tap, int index) =>
        $"vec{number}:transport=tap,ifname={tap},depth=128,gro=1,mac=52:54:00:77:{index >> 8:x2}:{index & 0xff:x2}";
}
