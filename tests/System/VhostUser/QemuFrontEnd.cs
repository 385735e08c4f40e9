using System.Diagnostics;
using ShmWifi.Lab;
using ShmWifi.Tests.System.Systemd;

namespace ShmWifi.Tests.System.VhostUser;

/// <summary>A VM of Debian sid's QEMU with the lab's guest image, whose hwsim gets its frames by vhost-user.</summary>
internal sealed class QemuFrontEnd : IDisposable
{
    private const string Network = "shmwifi";
    private readonly SerialConsole _console;

    private QemuFrontEnd(SerialConsole console) => _console = console;

    /// <summary>Boots it, and makes its radio.</summary>
    /// <param name="folder">Where the medium's socket NAME.sock is.</param>
    /// <param name="name">Of the VM.</param>
    /// <param name="memory">A back end of QEMU's, without its ID.</param>
    /// <param name="megabytes">Of memory.</param>
    public static QemuFrontEnd Boot(string folder, string name, string memory, int megabytes)
    {
        string root = DebianRoot.Make("sid", "qemu", "qemu-system-x86");
        var process = Process.Start(new ProcessStartInfo("unshare",
        [
            "--mount", "sh", "-euc", """
            mount --bind "$1" "$3/mnt"
            mount --bind "$2" "$3/srv"
            mkdir -p "$3/dev/shm"
            mount -t tmpfs shm "$3/dev/shm"
            root=$3
            shift 3
            exec chroot "$root" qemu-system-x86_64 "$@"
            """, "sh", folder, Path.GetDirectoryName(Checkout.Initramfs("6.12"))!, root,
            "-accel", "tcg", "-cpu", "max", "-smp", "1,maxcpus=2", "-nodefaults", "-display", "none", "-serial", "stdio", "-m", $"{megabytes}",
            "-object", $"{memory},id=memory,share=on,size={megabytes}M", "-machine", "q35,memory-backend=memory",
            "-kernel", "/srv/vmlinuz", "-initrd", "/srv/initramfs", "-append", $"console=ttyS0 quiet shmwifi.name={name}",
            "-chardev", $"socket,id=hwsim,path=/mnt/{name}.sock",
            "-device", "vhost-user-test-device-pci,chardev=hwsim,virtio-id=29,num_vqs=2,vq_size=256",
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var vm = new QemuFrontEnd(new SerialConsole(process));
        vm._console.Activate();
        return vm;
    }

    /// <summary>Makes its radio and an access point (WPA3) of it, which answers pings.</summary>
    public void StartAccessPoint(string radio, string address)
    {
        AddRadio(radio, address);
        _ = _console.Run($"""
            printf '%s\n' interface=wlan0 ssid={Network} hw_mode=g channel=1 wpa=2 wpa_key_mgmt=SAE rsn_pairwise=CCMP ieee80211w=2 \
                sae_password=12345678 >/tmp/hostapd.conf && hostapd -B /tmp/hostapd.conf
            """);
    }

    /// <summary>Makes its radio and a station of it.</summary>
    public void StartStation(string radio, string address)
    {
        AddRadio(radio, address);
        _ = _console.Run($$"""
            printf '%s\n' ctrl_interface=/run/wpa sae_pwe=2 'network={' 'ssid="{{Network}}"' key_mgmt=SAE ieee80211w=2 'sae_password="12345678"' '}' \
                >/tmp/wpa.conf && wpa_supplicant -B -i wlan0 -c /tmp/wpa.conf
            """);
    }

    /// <summary>Waits until a station is associated.</summary>
    public void AwaitAssociation() =>
        _console.Run("for i in $(seq 90); do wpa_cli -p /run/wpa status | grep -q wpa_state=COMPLETED && break; sleep 1; done; [ $i -lt 90 ]");

    /// <summary>Pings.</summary>
    /// <returns>What came of it, as iputils tells.</returns>
    public string Ping(string address) => _console.Run($"ping -c 20 -i 0.2 {address}");

    /// <summary>Runs a command.</summary>
    public void Run(string command) => _console.Run(command);

    /// <summary>Starts the guest anew, in the same VM.</summary>
    public void Reboot() => _console.Restart("reboot -f");

    /// <summary>Kills the VM.</summary>
    public void Dispose() => _console.Dispose();

    private void AddRadio(string radio, string address) =>
        _console.Run($"shm-injector radios add --mac {radio} && ip addr add {address}/24 dev wlan0 && ip link set wlan0 up");
}
