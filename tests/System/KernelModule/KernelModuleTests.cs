using System.Globalization;
using ShmWifi.Lab.Guest;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>shmwifi.ko in a VM of each kernel; one boot for all tests, after each of which the kernel log must be clean.</summary>
[TestFixture("6.1")]
[TestFixture("6.12")]
[TestFixture("6.12-debug", Explicit = true, Category = "Nightly", Reason = "qemu/guest-image/build-debug-kernel 6.12 must have made it")]
[TestFixture("trixie-backports", Explicit = true, Category = "Nightly", Reason = "qemu/guest-image/build-image trixie-backports must have made it")]
[NonParallelizable]
public partial class KernelModuleTests(string kernel)
{
    private const ulong PageSize = 4096;
    // Source: linux Documentation/admin-guide/tainted-kernels.rst
    private const ulong TaintOutOfTree = 1 << 12;
    private const ulong TaintUnsigned = 1 << 13;

    private const string Driver = "/sys/bus/pci/drivers/shmwifi";
    private const string Reload = "rmmod shmwifi && insmod /lib/modules/$(uname -r)/extra/shmwifi.ko";
    private static readonly TimeSpan RingLimit = TimeSpan.FromSeconds(10);

    private ModuleGuest? _guest;

    private ModuleGuest Guest => _guest!;

    /// <summary>Debian's kernels do; the debug kernel has no CONFIG_MODULE_SIG.</summary>
    private bool ChecksSignatures => !kernel.EndsWith("-debug", StringComparison.Ordinal);

    [OneTimeSetUp]
    public async Task Boot() => _guest = await ModuleGuest.StartAsync(kernel);

    [OneTimeTearDown]
    public async Task ShutDown()
    {
        if (_guest is not { } guest)
            return;
        await using (guest)
            Assert.That(await guest.LeaksAsync(), Is.Empty, "kmemleak");
    }

    [TearDown]
    public async Task TheKernelHasNoComplaint()
    {
        string taintAndLog = await Guest.RunAsync("reading the taint and the kernel log", "cat /proc/sys/kernel/tainted; dmesg");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(KernelLog.Complaints(taintAndLog), Is.Empty);
            Assert.That(ulong.Parse(taintAndLog.Split('\n')[0]), Is.EqualTo(TaintOutOfTree | (ChecksSignatures ? TaintUnsigned : 0)));
        }
    }

    [Test]
    public async Task TheRegionIsMappedWriteBack()
    {
        ulong pages = Guest.Medium.Memory.Size / PageSize;
        string start = await Guest.RunAsync("reading where BAR2 lies", $"sed -n 3p {ModuleGuest.Sysfs(Guest.Medium)}/resource | cut -d' ' -f1");
        string types = await MemoryTypesAsync(await Guest.UioAsync(Guest.Medium), 0, Guest.Medium.Memory.Size);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                ulong.Parse(start.AsSpan(2), NumberStyles.HexNumber),
                Is.LessThan(1UL << 32),
                "the firmware's MTRRs are uncached there: the case in which a mapping by address is not write-back");
            Assert.That(types, Is.EqualTo($"write-back {pages}"));
        }
    }

    [Test]
    public async Task OtherMappingsAreToldFromWriteBack()
    {
        string foreign = ModuleGuest.Sysfs(Guest.Foreign); // a bound device's resource2 cannot be mapped
        ulong size = Guest.Foreign.Memory.Size;
        string registers = await MemoryTypesAsync(await Guest.UioAsync(Guest.Medium), PageSize, PageSize);
        string uncached = await MemoryTypesAsync($"{foreign}/resource2", 0, size);
        string writeCombining = await MemoryTypesAsync($"{foreign}/resource2_wc", 0, size);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(registers, Is.EqualTo("uncached-minus 1"));
            Assert.That(uncached, Is.EqualTo($"uncached-minus {size / PageSize}"));
            Assert.That(writeCombining, Is.EqualTo($"write-combining {size / PageSize}"));
        }
    }

    [Test]
    public async Task DoorbellsGoBothWaysAndReadCountsThem() => await ExchangeDoorbellsAsync();

    [Test]
    public async Task TheModuleIsReloadedFiveTimesAndWorks()
    {
        for (int i = 0; i < 5; i++)
            await Guest.RunAsync("reloading the module", Reload);
        await ExchangeDoorbellsAsync();
    }

    [Test]
    public async Task TheModuleStaysWhileItsDeviceIsMapped()
    {
        var (exitCode, output) = await Guest.TryRunAsync(
            $$"""
            {{await HoldAsync()}}
            rmmod shmwifi
            code=$?
            kill $!
            wait $!
            exit $code
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain("Resource temporarily unavailable"));
        }
    }

    [Test]
    public async Task UnbindingAMappedDeviceLeavesAPageOfZeros()
    {
        string device = Guest.Medium.PciAddress;
        string output = await Guest.RunAsync(
            "unbinding a mapped device",
            $"""
            {await HoldAsync()}
            echo {device} >{Driver}/unbind
            wait $!
            cat /tmp/hold
            echo {device} >{Driver}/bind
            """);
        string[] expected = ["mapped", "region: lost, written", "registers: lost, written", "read: Input/output error"];
        Assert.That(output.Split('\n'), Is.EqualTo(expected));
        await ExchangeDoorbellsAsync();
    }

    /// <summary>Who puts pages into a pipe may keep them for ever: nobody else waits for that.</summary>
    [Test]
    public async Task PagesThatAPipeHoldsKeepNeitherAChangeNorARemovalWaiting()
    {
        string device = Guest.Spare.PciAddress;
        var (_, output) = await Guest.TryRunAsync(
            $$"""
            probe pin {{await Guest.UioAsync(Guest.Spare)}} {{Guest.Spare.Memory.Size}} >/tmp/pin &
            until grep -qs pinned /tmp/pin; do usleep 10000; done
            timeout 5 sh -c 'echo kernel >{{KernelDatapath.DatapathOf(Guest.Spare)}}' # it has no port: the user datapath comes back
            cat {{KernelDatapath.DatapathOf(Guest.Spare)}}
            timeout 40 sh -c 'echo {{device}} >{{Driver}}/unbind' && echo unbound
            echo {{device}} >{{Driver}}/bind
            kill $!
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Does.Contain("user\nunbound\n"));
            Assert.That(await Guest.KernelLogAsync(), Does.Contain($"{device}: a process still holds pages of the region"));
        }
    }

    [Test]
    public async Task OtherDevicesAreLeftAloneWithAReason()
    {
        string log = await Guest.KernelLogAsync();
        string drivers = await Guest.RunAsync(
            "looking for drivers",
            $"for device in {ModuleGuest.Sysfs(Guest.Medium)} {ModuleGuest.Sysfs(Guest.Foreign)} {ModuleGuest.Sysfs(Guest.Blank)}; do [ -e "
                + $"$device/driver ]; echo $?; done");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(drivers, Is.EqualTo("0\n1\n1"), "ours is bound, the others are not");
            Assert.That(log, Does.Contain(
                $"{Guest.Foreign.PciAddress}: BAR2 holds no ShmWifi region (magic {Hex(~Abi.Magic)}, not {Hex(Abi.Magic)}): left alone"));
            Assert.That(log, Does.Contain($"{Guest.Blank.PciAddress}: BAR2 of {Guest.Blank.Memory.Size} bytes is too small for a ShmWifi region"));
        }
    }

    [Test]
    public async Task AnotherMajorVersionIsToldWithBothVersions()
    {
        string log = await Guest.KernelLogAsync();
        string version = await Guest.RunAsync("reading the module's version", $"cat {ModuleGuest.Sysfs(Guest.Newer)}/uio/uio*/version");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(log, Does.Contain(
                $"{Guest.Newer.PciAddress}: the region has ABI {Abi.FormatVersion(ModuleGuest.OtherVersion)}, this module has "
                    + $"{Abi.FormatVersion(Abi.Version)}"));
            Assert.That(log, Does.Not.Contain($"{Guest.Medium.PciAddress}: the region has ABI"));
            Assert.That(version, Is.EqualTo(Abi.FormatVersion(Abi.Version)), "bound all the same: user space compares");
        }
    }

    private static string Hex(ulong value) => $"0x{value:x}";

    private async Task<string> MemoryTypesAsync(string file, ulong offset, ulong length) =>
        await Guest.RunAsync($"reading the memory types of {file}", $"probe memtype {file} {offset} {length}");

    /// <summary>Lines that leave a process behind, $!, that has both maps mapped and touched; it tells the rest in /tmp/hold.</summary>
    private async Task<string> HoldAsync() =>
        $"""
        rm -f /tmp/hold
        probe hold {await Guest.UioAsync(Guest.Medium)} {Guest.Medium.Memory.Size} >/tmp/hold &
        until grep -qs mapped /tmp/hold; do usleep 10000; done
        """;

    /// <summary>The guest rings, the host receives it once and sees the word written
    /// before; the host answers, the guest reads one count more.</summary>
    private async Task ExchangeDoorbellsAsync()
    {
        const int Rounds = 20;
        var guest = Guest.RunAsync("exchanging doorbells", $"probe rings {await Guest.UioAsync(Guest.Medium)} {Guest.Medium.Memory.Size} {Rounds}");
        for (ulong round = 1; round <= Rounds; round++)
        {
            Assert.That(Guest.Medium.WaitForDoorbell(RingLimit), Is.EqualTo(1), $"doorbell {round}");
            Assert.That(Answer(round + 1000), Is.EqualTo(round), "the guest's word");
        }

        string[] lines = (await guest).Split('\n');
        var counts =
            lines.Skip(1).Select(line => line.Split(' ')).Select(fields => (Count: uint.Parse(fields[0]), Word: ulong.Parse(fields[1]))).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[0], Is.EqualTo($"peer {IvshmemServer.VmPeerId}"));
            Assert.That(counts.Select(line => line.Word), Is.EqualTo(Enumerable.Range(1001, Rounds).Select(word => (ulong)word)));
            Assert.That(counts.Select(line => line.Count - counts[0].Count), Is.EqualTo(Enumerable.Range(0, Rounds).Select(count => (uint)count)));
            Assert.That(Guest.Medium.WaitForDoorbell(TimeSpan.Zero), Is.Zero, "no doorbell more");
        }
    }

    /// <summary>Writes the host's word and interrupts the guest.</summary>
    private unsafe ulong Answer(ulong word)
    {
        var memory = Guest.Medium.Memory;
        ulong* words = (ulong*)(memory.Address + memory.Size - PageSize);
        ulong said = Volatile.Read(ref words[0]);
        Volatile.Write(ref words[1], word);
        Guest.Medium.Interrupt();
        return said;
    }
}
