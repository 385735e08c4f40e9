using System.Diagnostics;
using ShmWifi.Lab;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>Two guests of User-Mode-Linux whose clock is the daemon's: an access point, and a station that associates and pings.</summary>
[Explicit("needs the image of User-Mode-Linux (6.12-uml), gcc and cpio")]
[Category("Nightly")]
[NonParallelizable]
public sealed class RepeatedRunTests
{
    private const string Script = """
        #!/bin/sh
        /etc/rc >/dev/null 2>&1
        if grep -q shmwifi.name=ap /proc/cmdline; then
            shm-injector radios add --mac 02:00:00:00:10:00
            ip addr add 10.9.0.1/24 dev wlan0
            printf '%s\n' interface=wlan0 ssid=vt hw_mode=g channel=1 wpa=2 wpa_key_mgmt=WPA-PSK rsn_pairwise=CCMP wpa_passphrase=12345678 >/tmp/h
            hostapd -B /tmp/h
            sleep 20
        else
            shm-injector radios add --mac 02:00:00:00:20:00
            sleep 3
            ip addr add 10.9.0.2/24 dev wlan0
            ip link set wlan0 up
            printf '%s\n' ctrl_interface=/run/wpa 'network={' 'ssid="vt"' 'psk="12345678"' '}' >/tmp/w
            wpa_supplicant -B -i wlan0 -c /tmp/w
            for i in $(seq 20); do wpa_cli -p /run/wpa status | grep -q COMPLETED && break; sleep 0.5; done
            for i in $(seq 10); do ping -c 1 -W 1 10.9.0.1; sleep 0.2; done
        fi
        poweroff -f
        """;

    private string _folder = null!;

    /// <summary>The lab's image with a script in it, and the seeded getrandom.</summary>
    [OneTimeSetUp]
    public void Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-virtual-time-").FullName;
        File.WriteAllText(Path.Combine(_folder, "script"), Script);
        Shell($"""
            chmod +x script
            gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o seeded-random.so '{Checkout.Root}/qemu/seeded-random/seeded-random.c'
            cp '{Checkout.Initramfs("6.12-uml")}' initramfs
            echo script | cpio -o -H newc --quiet >>initramfs
            """);
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheSameRunIsTheSameToTheByte([Values("instant", "airtime")] string timing)
    {
        byte[] first = Run(timing, seed: 1);
        Assert.That(first, Has.Length.GreaterThan(30_000));
        Assert.That(Run(timing, seed: 1), Is.EqualTo(first));
    }

    [Test]
    public void OtherRandomNumbersOfGuestsAreAnotherRun() => Assert.That(Run("airtime", seed: 2), Is.Not.EqualTo(Run("airtime", seed: 3)));

    /// <summary>The capture of a run.</summary>
    private byte[] Run(string timing, int seed)
    {
        using var medium = MediumProcess.StartConfigured($$"""
            vms: [{name: ap, vhostUser: ap.sock}, {name: sta, vhostUser: sta.sock}]
            time: virtual
            timeTravel: time.sock
            timing: {{timing}}
            capture: {file: medium.pcapng, controlFrames: true}
            """);
        using var accessPoint = Boot(medium.Folder, "ap", id: 1, seed);
        using var station = Boot(medium.Folder, "sta", id: 2, seed);
        var other = accessPoint.StandardOutput.ReadToEndAsync(); // so that it never waits for a reader
        string told = station.StandardOutput.ReadToEnd();
        station.WaitForExit();
        _ = other.Result;
        _ = medium.Stop();
        Assert.That(told.Split("1 packets transmitted, 1 received"), Has.Length.EqualTo(11), told + medium.Error);
        return File.ReadAllBytes(medium.PathOf("medium.pcapng"));
    }

    /// <summary>Paths that a guest sees are the same each time: they go into its random numbers.</summary>
    private Process Boot(string folder, string name, int id, int seed)
    {
        string image = Path.GetDirectoryName(Checkout.Initramfs("6.12-uml"))!;
        var start = new ProcessStartInfo("setarch",
        [
            "-R", "timeout", "300", Path.Combine(image, "linux"), "mem=192M", $"initrd={_folder}/initramfs", "rdinit=/script", "console=ttyS0",
            "con=null", "ssl=null", "ssl0=null,fd:1", "quiet", "panic=-1", $"umid={name}", "uml_dir=uml/", $"shmwifi.name={name}",
            $"virtio_uml.device={name}.sock:29", $"time-travel=ext:{id}:time.sock",
        ])
        { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["TMPDIR"] = "/dev/shm";
        start.Environment["SEED"] = $"{seed}";
        start.Environment["LD_PRELOAD"] = Path.Combine(_folder, "seeded-random.so");
        return Process.Start(start)!;
    }

    private void Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = _folder })!;
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, script);
    }
}
