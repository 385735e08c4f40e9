using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A way in which a radio does not hear its network, and the way back; the station joins again afterwards.</summary>
/// <param name="Name">What it is, in a figure's name.</param>
internal sealed record Absence(
    string Name, Func<WifiInterface, CancellationToken, Task> LeaveAsync, Func<WifiInterface, CancellationToken, Task> ReturnAsync)
{
    private const string Phy = "$(ls /sys/class/ieee80211 | head -n 1)";
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3); // from 2 s on the host takes a guest for away

    /// <summary>Whether it may hear now and then, or as hwsim has it: then what counts is what it received.</summary>
    public bool HearsAtTimes { get; init; }

    /// <summary>Of any radio, also one on the kernel's own medium.</summary>
    public static IReadOnlyList<Absence> OfRadio { get; } =
    [
        ByCommands("interface down", "ip link set $dev down"),
        ByCommands("in no network", "iw dev $dev ibss leave"),
        ByCommands(
            "on another channel",
            "iw dev $dev ibss leave && iw dev $dev ibss join elsewhere 2462 NOHT fixed-freq 02:00:00:00:77:03",
            "iw dev $dev ibss leave"),
        ByCommands(
            "scanning",
            "iw dev $dev scan >/dev/null 2>&1 &",
            "while pidof iw >/dev/null; do usleep 100000; done") with { HearsAtTimes = true },
        ByCommands("off-channel", "iw dev $dev offchannel 2462 5000 && usleep 200000") with { HearsAtTimes = true },
        ByCommands("interface deleted", "iw dev $dev del", $"iw phy {Phy} interface add $dev type ibss"),
        ByCommands(
            "radio deleted",
            $"cat /sys/class/net/$dev/address >/run/mac && shm-injector radios del {Phy}",
            "shm-injector radios add --mac $(cat /run/mac) && ip link set $(ls /sys/class/ieee80211/*/device/net) name $dev"),
    ];

    /// <summary>Of a VM on the lab's medium, whatever moves its frames; the last is for ever.</summary>
    public static IReadOnlyList<Absence> OfVm { get; } =
    [
        new(
            "VM paused",
            static async (radio, cancellation) =>
            {
                await QemuMonitor.ExecuteAsync(radio.Vm, "stop", cancellation);
                await Task.Delay(Silence, cancellation);
            },
            static (radio, cancellation) => QemuMonitor.ExecuteAsync(radio.Vm, "cont", cancellation)),
        new(
            "VM powered off",
            static (radio, _) => radio.Vm.PowerOffAsync(),
            static (_, _) => Task.CompletedTask),
    ];

    /// <summary>Of a VM whose frames shm-injector moves.</summary>
    public static IReadOnlyList<Absence> OfInjector { get; } =
    [
        ByInjector("injector ended", "kill $(pidof shm-injector) && while pidof shm-injector >/dev/null; do usleep 10000; done"),
        ByInjector("injector killed", "kill -9 $(pidof shm-injector)"),
    ];

    /// <summary>Of a VM whose frames the module moves.</summary>
    public static IReadOnlyList<Absence> OfModule { get; } =
    [
        ByCommands("module unloaded", "rmmod shmwifi", "insmod /lib/modules/$(uname -r)/extra/shmwifi.ko datapath=kernel"),
    ];

    private static Absence ByCommands(string name, string leave, string @return = "true") => new(
        name,
        (radio, cancellation) => radio.RunAsync(name, leave, cancellation),
        (radio, cancellation) => radio.RunAsync($"coming back: {name}", @return, cancellation));

    private static Absence ByInjector(string name, string leave) => new(
        name,
        (radio, cancellation) => radio.RunAsync(name, leave, cancellation),
        static (radio, cancellation) => GuestRadios.StartAsync(radio.Vm, cancellation));
}
