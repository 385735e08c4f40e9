using System.Diagnostics;
using ShmWifi.Configuration.Text;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Unit.Linux;

public sealed class BoundedFileTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-files").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("/dev/zero")]
    [TestCase("/dev/null")]
    [TestCase("/proc")]
    public void WhatIsNoRegularFileIsNotReadForAConfiguration(string path)
    {
        Assert.That(() => BoundedFile.ReadRegular(path), Throws.InstanceOf<IOException>().With.Message.EqualTo($"{path} is no regular file"));
        Assert.That(() => ErrorModel.Load(path), Throws.TypeOf<ConfigurationException>().With.Message.Contains("is no regular file"));
    }

    [Test]
    public void AFifoWithoutAWriterIsNotWaitedFor()
    {
        string fifo = Path.Combine(_folder, "fifo");
        Process.Start("mkfifo", [fifo]).WaitForExit();
        Assert.That(() => BoundedFile.ReadRegular(fifo), Throws.InstanceOf<IOException>().With.Message.Contains("no regular file"));
    }

    [Test]
    public void AFileOnTheCommandLineMayBeAnythingButEndless()
    {
        Assert.That(BoundedFile.Read("/dev/null"), Is.Empty);
        Assert.That(() => BoundedFile.Read("/dev/zero"),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"/dev/zero has more than {BoundedFile.MaxBytes} bytes"));
    }

    [Test]
    public void TheLongestFileIsRead()
    {
        string path = Path.Combine(_folder, "long");
        File.WriteAllBytes(path, new byte[BoundedFile.MaxBytes]);
        Assert.That(BoundedFile.ReadRegular(path), Has.Length.EqualTo(BoundedFile.MaxBytes));
        File.AppendAllText(path, "x");
        Assert.That(() => BoundedFile.ReadRegular(path), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void AMarkOfTheByteOrderIsNoText()
    {
        string path = Path.Combine(_folder, "bom");
        File.WriteAllBytes(path, [0xef, 0xbb, 0xbf, (byte)'a']);
        Assert.That(InputText.ReadRegular(path), Is.EqualTo("a"));
    }

    [Test]
    public void ALockHasOneOwnerAndGoesWithItsFile()
    {
        string path = Path.Combine(_folder, "lock");
        using (var first = FileLock.TryTake(path))
        {
            Assert.That(first, Is.Not.Null);
            Assert.That(FileLock.TryTake(path), Is.Null);
        }
        Assert.That(File.Exists(path), Is.False);
        using var second = FileLock.TryTake(path);
        Assert.That(second, Is.Not.Null);
    }
}
