using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>The module's build against Debian's headers, and what reads its sources without running them.</summary>
[NonParallelizable]
public partial class ModuleBuildTests
{
    private static readonly string Sources = Path.Combine(Checkout.Root, "kernel");

    [TestCase("6.1")]
    [TestCase("6.12")]
    public void TheBuildIsSilentWithAllOfTheCompilersWarnings(string kernel)
    {
        string folder = Module(kernel);
        File.Delete(Path.Combine(folder, "inputs")); // what build-module knows an earlier build by

        var (output, error) = HostCommand.Run(Path.Combine(Checkout.Root, "qemu/guest-image/build-module"), kernel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Is.EqualTo("building the module\n"));
            Assert.That(error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !OfPerl().IsMatch(line)), Is.Empty);
            foreach (string? source in Directory.GetFiles(Sources, "*.c").Select(Path.GetFileNameWithoutExtension))
            {
                Assert.That(
                    File.ReadAllText(Path.Combine(folder, $"build/kernel/.{source}.o.cmd")),
                    Does.Contain(" -Wmissing-include-dirs "),
                    $"a flag that W=1 adds, for {source}.c");
            }
            Assert.That(File.Exists(Path.Combine(folder, "shmwifi.ko")), Is.True);
        }
    }

    [TestCase("6.1")]
    [TestCase("6.12")]
    public void SparseFindsNothing(string kernel)
    {
        HostCommand.Run(Path.Combine(Checkout.Root, "qemu/guest-image/build-module"), kernel);
        string headers = Directory.GetDirectories(Path.Combine(Checkout.Cache, "kernel", kernel, "root/usr/src"), "linux-headers-*-amd64").Single();

        var (output, error) = HostCommand.Run(
            "make", "--silent", $"-j{Environment.ProcessorCount}", "-C", Path.Combine(Module(kernel), "build/kernel"), $"KDIR={headers}",
            "C=2", "CF=-D__CHECK_ENDIAN__");

        Assert.That(output + error, Is.Empty);
    }

    [TestCase("bookworm")]
    [TestCase("trixie")]
    [TestCase("trixie-backports")]
    [TestCase("sid")]
    [Explicit("needs root, and makes a root of each of Debian's suites, 2 GB together: qemu/guest-image/build-module-in")]
    [Category("Nightly")]
    public void ItBuildsWithTheNewestHeadersAndToolsOf(string suite)
    {
        var (output, _) = HostCommand.Run(Path.Combine(Checkout.Root, "qemu/guest-image/build-module-in"), suite);

        Assert.That(output, Does.Contain("building the module for "));
    }

    [Test]
    [Explicit("needs the kernel's sources, 150 MB: the set-up of test --nightly fetches them (qemu/guest-image/build-debug-kernel 6.12)")]
    [Category("Nightly")]
    public void CheckpatchFindsNothing()
    {
        string checkpatch = Path.Combine(Checkout.Cache, "kernel/6.12-debug/build/scripts/checkpatch.pl");
        var (output, _) = HostCommand.Run(
        [
            // it knows no British
            checkpatch, "--no-tree", "--strict", "--terse", "--show-types", "--no-summary", "--ignore", "TYPO_SPELLING", "--file",
            .. Directory.GetFiles(Sources, "*.c"), .. Directory.GetFiles(Sources, "*.h"),
        ]);

        Assert.That(output, Is.Empty);
    }

    private static string Module(string kernel) => Path.Combine(Checkout.Cache, "module", kernel);

    /// <summary>What a newer Perl, such as sid's 5.42, says of these kernels' own script for documentation comments.</summary>
    [GeneratedRegex("^Possible precedence problem .* at /.*/linux-headers-[^/]*/scripts/kernel-doc line [0-9]+\\.$")]
    private static partial Regex OfPerl();
}
