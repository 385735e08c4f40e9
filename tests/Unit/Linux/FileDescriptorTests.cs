using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.Linux;

public class FileDescriptorTests
{
    [Test]
    public void AFileThatCannotBeOpenedIsNullAndTheReasonIsThere()
    {
        Assert.That((FileDescriptor.Open("/nowhere/at/all", O_RDONLY), errno), Is.EqualTo(((FileDescriptor?)null, ENOENT)));
    }

    [Test]
    public void ItIsClosedOnceAndForPrograms()
    {
        var file = FileDescriptor.Open("/dev/null", O_RDWR)!;
        int number = file.Descriptor;
        Assert.That(fcntl(number, F_GETFD) & FD_CLOEXEC, Is.EqualTo(FD_CLOEXEC), "programs that are started do not inherit it");

        file.Dispose();

        Assert.That((fcntl(number, F_GETFD), errno), Is.EqualTo((-1, EBADF)));
        Assert.That(() => file.Descriptor, Throws.TypeOf<ObjectDisposedException>());
        using var next = FileDescriptor.Open("/dev/null", O_RDWR)!;
        file.Dispose();
        Assert.That(fcntl(next.Descriptor, F_GETFD), Is.Not.EqualTo(-1), "a second Dispose closes no other file of that number");
    }

    [Test]
    public void AFailedCallIsAnErrorThatSaysWhat() =>
        Assert.That(() =>
            FileDescriptor.Of(dup(-1), "dup nothing"), Throws.TypeOf<LibCException>().With.Message.EqualTo("dup nothing: Bad file descriptor"));
}
