using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.Linux;

public class EventFdTests
{
    [Test]
    public void SignalsAddUpUntilTheyAreTaken()
    {
        using var fd = new EventFd();

        Assert.That(fd.Drain(), Is.Zero, "nobody signalled it");
        fd.Signal();
        fd.Signal();
        fd.Signal();
        Assert.That(fd.Drain(), Is.EqualTo(3));
        Assert.That(fd.Drain(), Is.Zero, "they were taken");
    }

    [Test]
    public unsafe void OneThatIsSignalledAsOftenAsCanBeCountedStaysSignalled()
    {
        using var fd = new EventFd();
        ulong most = ulong.MaxValue - 1;
        Assert.That((long)write(fd.Descriptor, &most, sizeof(ulong)), Is.EqualTo(sizeof(ulong)));

        fd.Signal();

        Assert.That(fd.Drain(), Is.EqualTo(most));
    }

    [Test]
    public void AReceivedOneIsTheSameAndIsClosedByItsOwner()
    {
        using var made = new EventFd();
        using (var received = new EventFd(dup(made.Descriptor)))
        {
            made.Signal();
            Assert.That(received.Drain(), Is.EqualTo(1));
            received.Signal();
        }
        Assert.That(made.Drain(), Is.EqualTo(1), "its own descriptor is still open");
    }

    [Test]
    public void AClosedOneWakesNobodyAndHarmsNobody()
    {
        var fd = new EventFd();
        int number = fd.Descriptor;
        fd.Dispose();
        using var next = new EventFd();
        Assert.That(next.Descriptor, Is.EqualTo(number), "the kernel gives the lowest free number");

        fd.Signal();
        fd.Dispose();

        Assert.That(next.Drain(), Is.Zero, "the number is another's now");
        next.Signal();
        Assert.That(next.Drain(), Is.EqualTo(1), "and still open");
        Assert.That(() => fd.Drain(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void WhatIsNoEventfdSaysSo()
    {
        using var folder = new EventFd(FileDescriptor.Open("/", O_RDONLY)!.Descriptor);

        Assert.That(folder.Signal, Throws.TypeOf<LibCException>().With.Message.StartsWith("signal an eventfd: "));
        Assert.That(() => folder.Drain(), Throws.TypeOf<LibCException>().With.Message.StartsWith("read an eventfd: "));
    }
}
