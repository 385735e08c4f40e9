using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System;

/// <summary>The host's side on aarch64: its unit tests, built for that, run in a VM with Debian's arm64 kernel.</summary>
/// <remarks>
/// Not there are those that need what the VM has not: gcc, tshark, a NATS server, other programs of ours. QEMU's
/// user-mode emulation would have them, but no epoll_pwait2(), which the engine waits by.
/// </remarks>
[Explicit("builds the unit tests for arm64; needs root, and './shmwifi setup --architecture arm64'")]
[Category("Nightly")]
[NonParallelizable]
public sealed partial class Arm64HostTests
{
    private const string Name = "arm64-host";
    private const string NeedsCompiler = "&FullyQualifiedName!~LayoutTests&FullyQualifiedName!~AbiHeaderTests";
    private const string CrossLibc = "/usr/aarch64-linux-gnu"; // Debian's libc6-dev-arm64-cross
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);
    private LabInstance? _lab;

    private static string Artifacts => Path.Combine(Checkout.Cache, "test-host", "linux-arm64");

    private static string Published => Path.Combine(Artifacts, "published");

    [OneTimeSetUp]
    public async Task Boot()
    {
        var directory = new LabDirectory(Name);
        directory.Prepare([Name]);
        var vm = new VmSpec { Name = Name, Kernel = "6.12", Architecture = GuestArchitecture.Arm64, Radios = 0, MemoryMib = 3072, Cpus = 2 };
        string initramfs = InitramfsWithTests(vm, directory.Path);
        var topology = new Topology(Name, PerVmIsolation: false, [vm with { QemuArguments = ["-initrd", initramfs] }]);
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
    }

    [OneTimeTearDown]
    public async Task ShutDown()
    {
        if (_lab is { } lab)
            await lab.DisposeAsync();
    }

    [TestCase("RingBuffer", 75)]
    [TestCase("Hwsim", 150)]
    [TestCase("Dot11", 390)]
    [TestCase("Linux", 25)]
    [TestCase("ShmInjector", 50)]
    [TestCase("ShmMedium.Medium", 430)]
    public async Task UnitTestsPass(string part, int atLeast)
    {
        var (exitCode, output) = await _lab!.Vms[0].Guest.TryRunAsync($"""
            export LD_LIBRARY_PATH=/shmwifi/lib HOME=/tmp
            cd /shmwifi/tests/Unit/bin/arm64
            ./ShmWifi.Tests.Unit --no-progress --filter 'FullyQualifiedName~ShmWifi.Tests.Unit.{part}.{NeedsCompiler}' 2>&1
            """, Limit);
        TestContext.Out.WriteLine(output);
        Assert.That(exitCode, Is.Zero, output);
        AssertSucceeded(output, atLeast);
    }

    /// <summary>By the cross compiler, which the VM has not: so these run in the user-mode emulation.</summary>
    /// <remarks>A program of .NET runs there if it does not map its code twice, and is told how much memory it may have (hexadecimal).</remarks>
    [Test]
    public void StructuresAndConstantsAreThoseOfItsHeaders()
    {
        string emulator = $"qemu-aarch64 -L {CrossLibc}";
        var (output, _) = HostCommand.Run("env", "-C", Published, "CC=aarch64-linux-gnu-gcc", $"EMULATOR={emulator}",
            "DOTNET_EnableWriteXorExecute=0", "DOTNET_GCHeapHardLimit=20000000",
            "sh", "-euc", $"{emulator} ./ShmWifi.Tests.Unit --no-progress --filter FullyQualifiedName~Linux.LayoutTests");
        AssertSucceeded(output, 2);
    }

    private static void AssertSucceeded(string output, int atLeast) =>
        Assert.That(int.Parse(Succeeded().Match(output).Groups[1].Value, CultureInfo.InvariantCulture), Is.AtLeast(atLeast));

    private static string InitramfsWithTests(VmSpec vm, string folder)
    {
        HostCommand.Run(
            "dotnet", "publish", Path.Combine(Checkout.Root, "tests/Unit"), "-c", "Release", "-v", "quiet", "--nologo",
            "-p:TestedArchitecture=arm64", "-p:PlatformTarget=AnyCPU", "-p:ValidateExecutableReferencesMatchSelfContained=false",
            "--artifacts-path", Artifacts, "-o", Published);
        return GuestInitramfs.Make(vm.Guest, folder, tree => HostCommand.Run("bash", "-euc", """
            mkdir -p "$1/shmwifi/lib"
            cd "$2" && git ls-files -z | xargs -0 cp --parents -t "$1/shmwifi"
            cp -L "$4"/lib/lib{stdc++.so.6,gcc_s.so.1,dl.so.2,pthread.so.0,rt.so.1} "$1/shmwifi/lib"
            mkdir -p "$1/shmwifi/tests/Unit/bin"
            cp -r "$3" "$1/shmwifi/tests/Unit/bin/arm64"
            """, "bash", tree, Checkout.Root, Published, CrossLibc));
    }

    [GeneratedRegex(@"succeeded: (\d+)")]
    private static partial Regex Succeeded();
}
