using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.SystemTests.KernelModule;

/// <summary>The module's build against Debian's headers.</summary>
[NonParallelizable]
public class ModuleBuildTests
{
    [TestCase("6.1")]
    [TestCase("6.12")]
    public void TheBuildIsSilentWithAllOfTheCompilersWarnings(string kernel)
    {
        var folder = Path.Combine(Checkout.Cache, "module", kernel);
        File.Delete(Path.Combine(folder, "inputs")); // what build-module knows an earlier build by

        var (output, error) = HostCommand.Run(Path.Combine(Checkout.Root, "qemu/guest-image/build-module"), kernel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(output + error, Is.Empty);
            Assert.That(File.ReadAllText(Path.Combine(folder, "build/kernel/.shmwifi_pci.o.cmd")), Does.Contain(" -Wmissing-include-dirs "), "a flag that W=1 adds");
            Assert.That(File.Exists(Path.Combine(folder, "shmwifi.ko")), Is.True);
        }
    }
}
