using System.Text.Json;
using static ShmWifi.Tests.Support.AirFrames;

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
    public void TopShowsVmsRadiosAndLagByHop()
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
        (int code, string output, _) = MediumProcess.Run("top", "--pid", $"{_medium.Id}", "--once", "--json", "--interval", "0.3");

        Assert.That(code, Is.Zero);
        using var said = JsonDocument.Parse(output);
        JsonElement lag = said.RootElement.GetProperty("lag").EnumerateArray().Single();
        Assert.That(lag.GetProperty("hops").GetProperty("hostToGuest").GetProperty("p99").GetDouble(), Is.Positive);
        Assert.That(lag.GetProperty("clockErrorUs").GetDouble(), Is.EqualTo(5).Within(1e-9));
        Assert.That(said.RootElement.GetProperty("vms")[1].GetProperty("txFrames").GetInt32(), Is.EqualTo(200));
        Assert.That(said.RootElement.GetProperty("vms")[0].GetProperty("drops").GetProperty("rxRingFull").GetInt32(), Is.Zero);
    }

    [Test]
    public void TwoTopsReadOneDaemonEvenAtDifferentIntervals()
    {
        var first = Task.Run(() => MediumProcess.Run("top", "--pid", $"{_medium.Id}", "--once", "--interval", "2"));
        Thread.Sleep(1500);
        (int code, string output, string error) = MediumProcess.Run("top", "--pid", $"{_medium.Id}", "--once", "--interval", "0.3");
        Assert.That((code, error, first.Result.Code), Is.EqualTo((0, "", 0)));
        Assert.That(output, Does.Contain("vm2 > vm1"));
    }

    [Test]
    public void NoDaemonIsAnErrorThatSaysWhatToDo()
    {
        Assert.That(MediumProcess.Run("top", "--state", "/nowhere/state.json"), Is.EqualTo(
            (1, "", "shm-medium top: no daemon runs: there is no '/nowhere/state.json'; start one, or give --pid or --state\n")));
        Assert.That(MediumProcess.Run("top", "--pid", "1").Error, Does.StartWith("shm-medium top: process 1 "));
    }

    [Test]
    public void AProcessThatIsNoMediumIsAnError() =>
        Assert.That(MediumProcess.Run("top", "--pid", $"{Environment.ProcessId}", "--interval", "0.3").Error, Is.EqualTo(
            $"shm-medium top: process {Environment.ProcessId} has no Meter ShmWifi.Medium: it is no shm-medium, or one of another version\n"));

    private SimulatedGuest Attach(int number)
    {
        SimulatedGuest vm = SimulatedGuest.Connect(_medium.Socket);
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }
}
