namespace ShmWifi.Tests.System.Systemd;

/// <summary>shm-injector.service and shm-radios.service in a VM whose first process is systemd.</summary>
[TestFixture("bookworm", "6.1")]
[TestFixture("bookworm", "6.12")]
[Explicit("needs root, and makes a root of Debian, 200 MB")]
[Category("Nightly")]
[NonParallelizable]
public sealed class GuestUnitTests(string suite, string kernel)
{
    private const string Injector = "shm-injector.service";
    private const string Radios = "shm-radios.service";
    private const string Driver = "/sys/bus/pci/drivers/shmwifi";
    private SystemdGuest _guest = null!;

    [OneTimeSetUp]
    public async Task Boot() => _guest = await SystemdGuest.BootAsync(suite, kernel);

    [OneTimeTearDown]
    public async Task Halt()
    {
        if (_guest is { } guest)
            await guest.DisposeAsync();
    }

    /// <summary>As after a boot: each unit finds nothing loaded.</summary>
    [SetUp]
    public Task StopAndUnload() => _guest.RunAsync($"systemctl stop {Injector} {Radios}; modprobe -r mac80211_hwsim shmwifi uio");

    [Test]
    public async Task TheInjectorServesFromItsFirstStartAndComesBackWhenItIsKilled()
    {
        await StartAsync(Injector);
        await AssertServesAsync("the first start");
        Assert.That(await ShowAsync(Injector, "NRestarts"), Is.EqualTo("0"));

        await _guest.RunAsync($"kill -9 {await ShowAsync(Injector, "MainPID")}");

        await UntilAsync(async () => await ShowAsync(Injector, "NRestarts") == "1", "the restart");
        await AssertServesAsync("kill -9");
    }

    [Test]
    public async Task TheInjectorWaitsForADeviceThatIsUnplugged()
    {
        await StartAsync(Injector);
        await AssertServesAsync("the start");

        string device = await _guest.RunAsync($"cd {Driver} && for one in *:*; do echo $one; done");
        await _guest.RunAsync($"echo {device} >{Driver}/unbind");
        await UntilAsync(async () => (await JournalAsync(Injector)).Contains("no ShmWifi device", StringComparison.Ordinal), "a start without it");
        Assert.That(await JournalAsync(Injector), Does.Contain("the device is gone"));
        await _guest.RunAsync($"echo {device} >{Driver}/bind");

        await AssertServesAsync("the device is back");
    }

    [Test]
    public async Task OnTheKernelPathTheRadiosAreMadeAndTheInjectorHasNothingToDo()
    {
        await StartAsync(Radios);
        await AssertOnTheMediumAsync("shm-radios");

        await StartAsync(Injector);

        Assert.That(await ShowAsync(Injector, "ActiveState"), Is.EqualTo("inactive"));
        Assert.That(await ShowAsync(Injector, "ConditionResult"), Is.EqualTo("no"));
        await AssertOnTheMediumAsync("shm-injector had nothing to do");
        await _guest.RunAsync($"systemctl stop {Radios}");
        Assert.That(await _guest.RunAsync("ls /sys/class/net"), Does.Not.Contain("wlan"));
    }

    private async Task AssertServesAsync(string after)
    {
        await UntilAsync(async () => await ShowAsync(Injector, "ActiveState") == "active", $"{Injector} after {after}");
        await AssertOnTheMediumAsync(after);
    }

    /// <summary>The host knows the radio that the guest has by now.</summary>
    private Task AssertOnTheMediumAsync(string after) => UntilAsync(
        async () => await _guest.RunAsync("cat /sys/class/net/wlan0/phy80211/name || true") is var radio
            && _guest.Medium.ReadStatistics().Vms.SelectMany(vm => vm.Radios).Select(known => known.Name).SequenceEqual([radio]),
        $"the radio on the medium after {after}");

    private async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(1); !await holds(); await Task.Delay(500))
            Assert.That(DateTime.UtcNow, Is.LessThan(end), $"{what}\n{await JournalAsync(Injector)}\n{await JournalAsync(Radios)}");
    }

    private Task<string> StartAsync(string unit) =>
        _guest.RunAsync($"systemctl start {unit} || {{ journalctl -u {unit} -o cat --no-pager; false; }}");

    private Task<string> ShowAsync(string unit, string property) => _guest.RunAsync($"systemctl show -P {property} {unit}");

    private Task<string> JournalAsync(string unit) => _guest.RunAsync($"journalctl -u {unit} -o cat --no-pager -n 40");
}
