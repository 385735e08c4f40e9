using System.Xml.Linq;
using ShmWifi.IvshmemArgs;

namespace ShmWifi.Tests.Unit.IvshmemArgs;

public sealed class IvshmemArgumentsTests
{
    [Test]
    public void TheyAreACharacterDeviceAndADoorbell() => Assert.That(
        IvshmemArguments.For("/run/shm-medium/ap.sock"),
        Is.EqualTo(new[]
        {
            "-chardev", "socket,path=/run/shm-medium/ap.sock,id=shmwifi",
            "-device", "ivshmem-doorbell,chardev=shmwifi,vectors=1",
        }));

    [Test]
    public void CommasAreDoubledForQemuOnly()
    {
        Assert.That(IvshmemArguments.For("/run/a,b,,c.sock")[1], Is.EqualTo("socket,path=/run/a,,b,,,,c.sock,id=shmwifi"));
        Assert.That(LibvirtXml.For("/run/a,b.sock"), Does.Contain("path=\"/run/a,b.sock\""));
    }

    [TestCase("ap.sock", "is relative")]
    [TestCase("/run/a\nb", "control character")]
    public void APathThatQemuCannotUseIsRefused(string path, string reason)
    {
        Assert.That(() => IvshmemArguments.For(path), Throws.ArgumentException.With.Message.Contains(reason));
        Assert.That(() => LibvirtXml.For(path), Throws.ArgumentException.With.Message.Contains(reason));
    }

    [Test]
    public void APathOf108BytesIsRefused() =>
        Assert.That(() => IvshmemArguments.For("/" + new string('x', 107)), Throws.ArgumentException.With.Message.Contains("at most 107"));

    [Test]
    public void LibvirtGetsAShmemElement()
    {
        var shmem = XElement.Parse(LibvirtXml.For("/run/<&\"'>.sock"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shmem.Name.LocalName, Is.EqualTo("shmem"));
            Assert.That(shmem.Attribute("name")!.Value, Is.EqualTo("shmwifi"));
            Assert.That(shmem.Element("model")!.Attribute("type")!.Value, Is.EqualTo("ivshmem-doorbell"));
            Assert.That(shmem.Element("server")!.Attribute("path")!.Value, Is.EqualTo("/run/<&\"'>.sock"));
            Assert.That(shmem.Element("msi")!.Attribute("vectors")!.Value, Is.EqualTo("1"));
            Assert.That(shmem.Element("size"), Is.Null, "the daemon gives the size");
        }
    }

    [TestCase(4096UL, true)]
    [TestCase(1UL << 33, true)]
    [TestCase(0UL, false)]
    [TestCase(4096UL + 1, false)]
    [TestCase(3UL << 20, false)]
    public void OnlyAPowerOfTwoIsARegionForQemu(ulong bytes, bool fits) =>
        Assert.That(QemuLimits.RegionProblem(bytes) is null, Is.EqualTo(fits));

    [TestCase("/run/ap.sock", "/run/ap.sock")]
    [TestCase("/run/my lab/ap.sock", "'/run/my lab/ap.sock'")]
    [TestCase("it's", "'it'\\''s'")]
    [TestCase("$(reboot)", "'$(reboot)'")]
    [TestCase("ä", "'ä'")]
    [TestCase("", "''")]
    public void AShellGetsEachWordWhole(string word, string quoted) => Assert.That(Shell.Join([word]), Is.EqualTo(quoted));
}
