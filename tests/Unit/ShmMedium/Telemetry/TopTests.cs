using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary>A real daemon, read by a real top.</summary>
public sealed class TopTests
{
    private MediumProcess _medium = null!;
    private SimulatedGuest _ap = null!;
    private SimulatedGuest _station = null!;

    [OneTimeSetUp]
    public void Start()
    {
        _medium = MediumProcess.Start();
        _ap = Attach(1);
        _station = Attach(2);
        for (int i = 0; i < 200; i++)
        {
            _station.SendStamped(Data(Address(1), Address(2), new byte[1000]), freqMhz: 5180);
            _ap.Receive();
        }
        _station.Drain();
        _ap.Drain();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _ap.Dispose();
        _station.Dispose();
        _medium.Dispose();
    }

    [Test]
    public void TopShowsVmsRadiosAndLatencyByHop()
    {
        (int code, string output, string error) = MediumProcess.Run("top", "--state", _medium.StateFile, "--once", "--interval", "0.3");

        Assert.That(error, Is.Empty);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Match(@"vm1 +ready +\d+ +[\d.]+ +\d+ +[\d.]+ +0 of 1024 +\d+ of 1024 +0 +[\d.]+"));
        Assert.That(output, Does.Match(@"vm2/phy0 +36 \(5180 MHz\) +02:00:00:00:02:00"));
        Assert.That(output, Does.Match(@"vm2 > vm1 +200( +[\d.]+){4}( +[\d.]+/[\d.]+){3} +±5\.0"));
        Assert.That(output, Does.Contain($"shm-medium {_medium.Id}: 200 frames, 200 delivered, 0 dropped"));
    }

    [Test]
    public void JsonIsTheSnapshot()
    {
        (int code, string output, _) = MediumProcess.Run("top", "--socket", _medium.ControlSocket, "--once", "--json");

        Assert.That(code, Is.Zero);
        Assert.That(output.AsSpan().Count('\n'), Is.EqualTo(1), "one line a look");
        using var said = JsonDocument.Parse(output);
        Assert.That(said.RootElement.GetProperty("pid").GetInt32(), Is.EqualTo(_medium.Id));
        var latency = said.RootElement.GetProperty("latency").EnumerateArray().Single();
        Assert.That(latency.GetProperty("hops").GetProperty("hostToGuest").GetProperty("p99").GetDouble(), Is.Positive);
        Assert.That(latency.GetProperty("clockErrorUs").GetDouble(), Is.EqualTo(5).Within(1e-9));
        Assert.That(said.RootElement.GetProperty("vms")[1].GetProperty("txFrames").GetInt32(), Is.EqualTo(200));
        Assert.That(said.RootElement.GetProperty("vms")[0].GetProperty("drops").GetProperty("rxRingFull").GetInt32(), Is.Zero);
    }

    // for one version: --pid
    [Test]
    public void TheOldOptionForTheProcessWorksAndIsToldOf()
    {
        string[] top = ["top", "--once", "--json", "--state", _medium.StateFile, "--pid"];
        (int code, string output, string error) = MediumProcess.Run([.. top, $"{_medium.Id}"]);
        Assert.That((code, error), Is.EqualTo(
            (0, "shm-medium top: '--pid' is '--socket' or '--state' now; the old name goes with the next version\n")));
        Assert.That(output, Does.Contain($"\"pid\":{_medium.Id}"));
        (code, output, error) = MediumProcess.Run([.. top, "1"]);
        Assert.That((code, output, error), Is.EqualTo((1, "",
            $"shm-medium top: the daemon of the state file is process {_medium.Id}, not 1; start one, or give --socket or --state\n")));
    }

    [Test]
    public void TwoTopsReadOneDaemonEvenAtDifferentIntervals()
    {
        var first = Task.Run(() => MediumProcess.Run("top", "--state", _medium.StateFile, "--once", "--interval", "2"));
        Thread.Sleep(1500);
        (int code, string output, string error) = MediumProcess.Run("top", "--state", _medium.StateFile, "--once", "--interval", "0.3");
        Assert.That((code, error, first.Result.Code), Is.EqualTo((0, "", 0)));
        Assert.That(output, Does.Contain("vm2 > vm1"));
    }

    [Test]
    public void NoDaemonIsAnErrorThatSaysWhatToDo()
    {
        Assert.That(MediumProcess.Run("top", "--state", "/nowhere/state.json"), Is.EqualTo(
            (1, "", "shm-medium top: no daemon runs: there is no '/nowhere/state.json'; start one, or give --socket or --state\n")));
        (int code, _, string error) = MediumProcess.Run("top", "--socket", "/nowhere/control.sock");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("shm-medium top: /nowhere/control.sock: ").And.EndsWith("; does the daemon run?\n"));
    }

    [Test]
    public void ADaemonWithoutControlSocketIsAnErrorThatSaysWhatToDo()
    {
        using var medium = MediumProcess.Start("--control", "none");
        Assert.That(MediumProcess.Run("top", "--state", medium.StateFile), Is.EqualTo(
            (1, "", $"shm-medium top: the daemon, process {medium.Id}, has no control socket: it was started with 'control: none'; start it with "
                + $"another 'control:' or --control\n")));
    }

    [Test]
    public void ADaemonThatEndsIsAnError()
    {
        using var medium = MediumProcess.Start();
        string socket = medium.ControlSocket;
        var top = Task.Run(() => MediumProcess.Run("top", "--socket", socket, "--json", "--interval", "0.1"));
        Thread.Sleep(3000); // some looks; were it less, top would find no daemon, which is the same to it
        medium.Kill();
        Assert.That(top.Result.Code, Is.EqualTo(1));
        Assert.That(top.Result.Error, Does.StartWith("shm-medium top: "));
    }

    [Test]
    public void AnAnswerThatIsNoStatusIsAnError()
    {
        string path = Path.Combine(_medium.Folder, "other.sock");
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(path));
        other.Listen();
        var answer = Task.Run(() =>
        {
            using var client = other.Accept();
            client.Receive(new byte[4096]);
            client.Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8);
        });
        (int code, _, string error) = MediumProcess.Run("top", "--socket", path, "--once");
        answer.Wait();
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("shm-medium top: the daemon's status is not what this top reads; is the daemon of another version? "));
    }

    [Test]
    public void ASignalLeavesTopInOrder()
    {
        using var top = Process.Start(new ProcessStartInfo(MediumProcess.Program, ["top", "--state", _medium.StateFile, "--json"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        Assert.That(top.StandardOutput.ReadLine(), Is.Not.Null);
        Assert.That(Tmds.Linux.LibC.kill(top.Id, Tmds.Linux.LibC.SIGTERM), Is.Zero); // SIGINT may be ignored where tests run
        Assert.That(top.WaitForExit(Deadline.Limit), Is.True);
        Assert.That(top.ExitCode, Is.Zero);
    }

    private SimulatedGuest Attach(int number)
    {
        var vm = SimulatedGuest.Connect(_medium.Socket);
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }
}
