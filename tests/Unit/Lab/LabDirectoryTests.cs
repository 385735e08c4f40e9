using System.Text.Json;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.Unit.Lab;

public sealed class LabDirectoryTests
{
    private static readonly ProcessIdentity Another = ProcessIdentity.Of(1)!;

    private readonly LabDirectory _directory = new($"test-folder-{Environment.ProcessId}");

    [TearDown]
    public void Remove() => Directory.Delete(_directory.Path, recursive: true);

    [Test]
    public void TheFolderOfARunThatGoesOnIsLeftAlone()
    {
        _directory.Prepare(["ap"]);
        Own(Another);
        Assert.That(() => _directory.Prepare(["sta"]), Throws.TypeOf<LabException>().With.Message.Contains("(pid 1)"));
        Assert.That(_directory.Vm("ap"), Does.Exist);
    }

    [Test]
    public void TheFolderOfARunThatHasEndedIsEmptied()
    {
        _directory.Prepare(["ap"]);
        Own(Another with { StartTime = Another.StartTime + 1 });
        _directory.Prepare(["sta"]);
        Assert.That(_directory.Vm("ap"), Does.Not.Exist);
        Assert.That(_directory.Vm("sta"), Does.Exist);
    }

    [Test]
    public void AProcessMayRunOneAfterTheOther()
    {
        _directory.Prepare(["ap"]);
        Assert.That(() => _directory.Prepare(["ap"]), Throws.Nothing);
    }

    private void Own(ProcessIdentity owner) =>
        File.WriteAllText(Path.Combine(_directory.Path, "owner.json"), JsonSerializer.Serialize(owner, LabStateJson.Default.ProcessIdentity));
}
