using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.IvshmemArgs;

namespace ShmWifi.Tests.Unit.IvshmemArgs;

public sealed class IvshmemArgsCommandTests
{
    private string _folder = "";

    private string Config => Path.Combine(_folder, "medium.yaml");

    private string ApSocket => Path.Combine(_folder, "ap.sock");

    [SetUp]
    public void MakeConfiguration()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-args").FullName;
        File.WriteAllText(Config, "vms:\n- { name: ap, socket: ap.sock }\n- { name: sta1, socket: sta1.sock }\n");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new IvshmemArgsCommand().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString().TrimEnd(), error.ToString().TrimEnd());
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    [Test]
    public void AListeningDaemonsVmIsPrinted()
    {
        using var daemon = Listen(ApSocket);
        var (code, output, error) = Run("ap", "--config", Config);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(error, Is.Empty);
            Assert.That(
                output,
                Is.EqualTo($"-chardev socket,path={ApSocket},id=shmwifi -device ivshmem-doorbell,chardev=shmwifi,vectors=1"));
            Assert.That(Run("ap", "--config", Config, "--format", "gns3").Output, Is.EqualTo(output));
            Assert.That(Run("ap", "--config", Config, "--format", "libvirt").Output, Is.EqualTo(LibvirtXml.For(ApSocket)));
        }
    }

    [Test]
    public void ASocketThatIsMissingIsAWarning()
    {
        var (code, output, error) = Run("ap", "--config", Config);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(IvshmemArgsCommand.NotListening));
            Assert.That(output, Does.StartWith("-chardev"));
            Assert.That(error, Does.StartWith($"warning: there is no socket '{ApSocket}'"));
        }
    }

    [Test]
    public void ASocketThatADeadDaemonLeftIsAWarning()
    {
        using (var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            daemon.Bind(new UnixDomainSocketEndPoint(ApSocket));
        if (!File.Exists(ApSocket))
            File.WriteAllText(ApSocket, ""); // .NET removes what it bound; a killed daemon does not.
        var (code, _, error) = Run("ap", "--config", Config);
        Assert.That(code, Is.EqualTo(IvshmemArgsCommand.NotListening));
        Assert.That(error, Does.StartWith($"warning: nobody listens on '{ApSocket}'"));
    }

    [Test]
    public void AnUnknownVmListsTheKnown()
    {
        var (code, output, error) = Run("sta", "--config", Config);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(IvshmemArgsCommand.Refused));
            Assert.That(output, Is.Empty);
            Assert.That(error, Is.EqualTo($"error: no VM 'sta' (did you mean 'sta1'?); '{Config}' has ap, sta1"));
        }
    }

    [Test]
    public void WithoutANameTheOnlyVmOrTheCommonSocketIsMeant()
    {
        Assert.That(Run("--config", Config).Error, Is.EqualTo($"error: which VM? '{Config}' has ap, sta1"));
        File.WriteAllText(Config, "vms: [{ name: ap, socket: ap.sock }]");
        Assert.That(Run("--config", Config).Output, Does.Contain(ApSocket));
        File.WriteAllText(Config, "vms: [{ name: ap, socket: ap.sock }]\nsocket: any.sock");
        Assert.That(Run("--config", Config).Output, Does.Contain(Path.Combine(_folder, "any.sock")));
    }

    [Test]
    public void AWrongConfigurationIsRefusedWithItsErrors()
    {
        File.WriteAllText(Config, "vms: 1\nsocket: [2]");
        var (code, output, error) = Run("ap", "--config", Config);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(IvshmemArgsCommand.Refused));
            Assert.That(output, Is.Empty);
            Assert.That(error.Split('\n'), Has.Length.EqualTo(2));
            Assert.That(error, Does.StartWith($"{Config}:1:6: error: "));
        }
    }

    [Test]
    public void TheRunningDaemonIsAskedByItsStateFile()
    {
        string stateFile = Path.Combine(_folder, "state.json");
        Assert.That(Run("ap", "--state", stateFile).Error, Does.StartWith($"error: no daemon runs: there is no '{stateFile}'. Start shm-medium"));

        using var daemon = Listen(ApSocket);
        using var state = DaemonStateFile.Publish(stateFile, DaemonState.Of(DaemonConfiguration.Load(Config)));
        var (code, output, error) = Run("ap", "--state", stateFile, "--json");
        using var json = JsonDocument.Parse(output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(json.RootElement.GetProperty("socket").GetString(), Is.EqualTo(ApSocket));
            Assert.That(json.RootElement.GetProperty("regionBytes").GetUInt64(), Is.EqualTo(128UL << 20));
            Assert.That(json.RootElement.GetProperty("warning").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(
                json.RootElement.GetProperty("arguments").EnumerateArray().Select(a => a.GetString()),
                Is.EqualTo(IvshmemArguments.For(ApSocket)));
        }
    }

    [Test]
    public void ADaemonWhoseRegionQemuAbortsOnIsRefused()
    {
        string stateFile = Path.Combine(_folder, "state.json");
        using var state = DaemonStateFile.Publish(
            stateFile, DaemonState.Of(DaemonConfiguration.Load(Config)) with { RegionBytes = 3 << 20 });
        var (code, output, error) = Run("ap", "--state", stateFile);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(IvshmemArgsCommand.Refused));
            Assert.That(output, Is.Empty);
            Assert.That(error, Does.Contain("no power of two; QEMU aborts on it"));
        }
    }

    [Test]
    public void AConfigurationAndAStateExcludeEachOther()
    {
        var (code, output, error) = Run("ap", "--config", Config, "--state", "x");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error + output, Does.Contain("exclude each other"));
    }
}
