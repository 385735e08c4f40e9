using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Uml;

/// <summary>The command line of a VM that is User-Mode-Linux: a kernel that is a program of this machine.</summary>
internal static class UmlCommand
{
    private const int HwsimDeviceId = 29; // linux include/uapi/linux/virtio_ids.h, VIRTIO_ID_MAC80211_HWSIM

    /// <summary>The program and its arguments.</summary>
    /// <param name="index">Its place in the lab, from 0: the last part of its wired address.</param>
    /// <param name="console">The terminal that its console is on.</param>
    /// <param name="exec">The terminals of its exec ports, in order.</param>
    /// <param name="uplinkTap">The tap of its uplink; or null.</param>
    /// <param name="mediumSocket">Where the daemon serves vhost-user for it; null when it has no radio on the lab's medium.</param>
    public static List<string> For(VmSpec vm, int index, string folder, string kernel, string initramfs, string console, IReadOnlyList<string> exec,
        string wiredTap, string? uplinkTap, string? mediumSocket)
    {
        // uml_dir has the process ID and the socket of mconsole.
        List<string> command =
        [
            kernel, $"initrd={initramfs}", $"mem={vm.MemoryMib}M", $"uml_dir={folder}/", "umid=uml",
            "console=ttyS0", "con=null", "ssl=null", $"ssl0=tty:{console}", .. exec.Select((terminal, port) => $"ssl{port + 1}=tty:{terminal}"),
            "quiet", "panic=-1", "cryptomgr.notests", $"shmwifi.name={vm.Name}",
            $"shmwifi.exec={string.Join(',', Enumerable.Range(1, GuestExecutor.Ports).Select(port => $"ttyS{port}"))}",
            Nic(0, wiredTap, index),
        ];
        if (uplinkTap != null)
            command.Add(Nic(1, uplinkTap, index + 0x8000));
        if (mediumSocket != null)
            command.Add($"virtio_uml.device={mediumSocket}:{HwsimDeviceId}");
        if (vm.KernelRadios > 0)
            command.Add($"shmwifi.radios={vm.KernelRadios}");
        command.AddRange(vm.KernelArguments);
        return command;
    }

    /// <remarks>Without gro, what is longer than a packet of the interface is dropped, as the taps of this machine pass it on whole.
    /// Source: linux arch/um/drivers/vector_kern.c, get_req_size and vector_mmsg_rx.</remarks>
    private static string Nic(int number, string tap, int index) =>
        $"vec{number}:transport=tap,ifname={tap},depth=128,gro=1,mac=52:54:00:77:{index >> 8:x2}:{index & 0xff:x2}";
}
