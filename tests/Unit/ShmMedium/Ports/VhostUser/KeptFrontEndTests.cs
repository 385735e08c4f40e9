using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using static ShmWifi.Tests.Support.MediumFrames;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.VhostUser;

/// <summary>A real shm-medium whose engines end, and front ends that do not connect again, as User-Mode-Linux's.</summary>
public sealed class KeptFrontEndTests
{
    private static readonly MacAddress s_radio = MacAddress.Parse("42:00:00:00:00:00");
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("shmwifi-front-ends").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void FrontEndsOutliveEnginesNoFrameComesTwiceAndAllHaveTheirStatus(
        [Values("shared", "per-vm")] string isolation, [Values] bool isSealed, [Values] bool isKilled)
    {
        using var keeper = StartKeeper(isolation);
        using var a = Start("uml1", Address(1), isSealed);
        using var b = Start("uml2", Address(2), isSealed);
        HashSet<ulong> open = [];
        uint sent = 0, latest = 0, first = 0; // numbers of frames; the first after the latest end
        bool isAcked = false;
        for (int life = 0; life < 4; life++)
        {
            for (int i = 0; i < 100; i++) // of which some are in the engine's hands when it ends
                Send();
            if (life != 0)
                End(keeper, isKilled);
            (isAcked, first) = (false, sent + 1);
            try
            {
                Deadline.Until(() =>
                {
                    Poll();
                    if (!isAcked && open.Count < 100)
                        Send();
                    return isAcked && open.Count == 0;
                }, $"life {life}: a frame is acknowledged, and none waits for its status");
            }
            catch (LabException exception)
            {
                Assert.Fail($"{exception.Message}; {open.Count} do ({string.Join(' ', open.Order().Take(8))} of {sent})\n{keeper.Error}");
            }
        }
        Assert.That(a.IsClosed || b.IsClosed, Is.False);
        Assert.That(keeper.Error, Does.Not.Contain("front-end-broken").And.Not.Contain("vm-lost"));

        void Send()
        {
            a.SendFrame(s_radio, Numbered(Address(2), Address(1), ++sent, bodyLength: 100), cookie: sent);
            Assert.That(open.Add(sent), Is.True);
        }

        void Poll()
        {
            while (a.CountReceived(HwsimCommand.TxInfoFrame) != 0)
            {
                var status = a.Receive(HwsimCommand.TxInfoFrame);
                _ = open.Remove(status.Cookie);
                isAcked |= status.IsAcked && status.Cookie >= first;
            }
            while (b.CountReceived(HwsimCommand.Frame) != 0)
            {
                uint number = NumberOf(b.Receive(HwsimCommand.Frame).Frame)!.Value;
                Assert.That(number, Is.GreaterThan(latest), "in order, and none twice");
                latest = number;
            }
        }
    }

    private ProgramProcess StartKeeper(string isolation)
    {
        string configuration = Path.Combine(_folder, "medium.yaml");
        File.WriteAllText(configuration, $$"""
            isolation: {{isolation}}
            vms: [{name: uml1, vhostUser: uml1.sock}, {name: uml2, vhostUser: uml2.sock}]

            """);
        return ProgramProcess.Start("shm-medium", "shm-medium: ready",
            ["run", "--config", configuration, "--state", Path.Combine(_folder, "state.json")]);
    }

    private SimulatedFrontEnd Start(string name, MacAddress address, bool isSealed)
    {
        var guest = new SimulatedFrontEnd(Path.Combine(_folder, $"{name}.sock"), isSealed);
        guest.SetUp();
        guest.SendAddress(s_radio, address);
        return guest;
    }

    /// <summary>Has the engine end: killed, or replaced by its keeper.</summary>
    private static void End(ProgramProcess keeper, bool isKilled)
    {
        int engine = 0;
        Deadline.Until(() => ChildProcesses.Of(keeper.Id) is { Count: 2 } children && (engine = children.FirstOrDefault(Serves)) != 0,
            "an engine that serves, and a spare");
        Assert.That(isKilled ? kill(engine, SIGKILL) : kill(keeper.Id, SIGHUP), Is.Zero);
        Deadline.Until(() => !Directory.Exists($"/proc/{engine}"), "its end");
    }

    private static bool Serves(int id) => new DirectoryInfo($"/proc/{id}/fd").GetFileSystemInfos()
        .Any(descriptor => descriptor.LinkTarget?.StartsWith("/memfd:shmwifi", StringComparison.Ordinal) == true);
}
