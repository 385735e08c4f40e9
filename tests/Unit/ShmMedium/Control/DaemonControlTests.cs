using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Cli;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary><c>ctl</c> and a whole daemon with VMs.</summary>
public sealed class DaemonControlTests
{
    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    [SetUp]
    public void Start()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
    }

    [TearDown]
    public void Stop() => _daemon.Dispose();

    private JsonNode? Ctl(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new RootCommand { new CtlCommand() }
            .Parse(["ctl", "--socket", _daemon.ControlSocket, "--json", .. arguments])
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        Assert.That(code, Is.Zero, error.ToString());
        return output.ToString() is { Length: > 0 } json ? JsonNode.Parse(json) : null;
    }

    private int Received()
    {
        _vms[0].SendFrame(0, Data(Address(2), Address(1)));
        _vms[0].Drain();
        return _vms[1].Drain().Count;
    }

    [Test]
    public void AChangedLinkIsThatOfTheNextFrame()
    {
        for (int i = 0; i < 20; i++)
        {
            Ctl("set", "link", "vm1", "vm2", "--loss", "1");
            Assert.That(Received(), Is.Zero);
            Ctl("set", "link", "vm1", "vm2", "--loss", "0");
            Assert.That(Received(), Is.EqualTo(1));
        }
        Ctl("set", "link", "vm1", "vm2", "--loss", "1");
        Ctl("unset", "link", "vm1", "vm2");
        Assert.That(Received(), Is.EqualTo(1));
    }

    // As when shm-injector starts again: Linux counts phy on, the port's number is the same.
    [Test]
    public void ARadioThatComesAgainByAnotherNameKeepsItsNumberAndWhoIsMissingIsTold()
    {
        Ctl("set", "link", "vm1/phy0", "vm2", "--loss", "1");
        Assert.That(Received(), Is.Zero);
        ComeAgain("phy7");
        Assert.That(Received(), Is.EqualTo(1));
        Assert.That(Ctl("get", "links")![0]!["absent"]!.ToJsonString(), Is.EqualTo("[\"vm1/phy0\"]"));
        Deadline.Until(() => _daemon.Log.Count("radio-absent") != 0, "a line in the log");

        Ctl("set", "link", "vm1/radio0", "vm2", "--loss", "1");
        Assert.That(Received(), Is.Zero);
        ComeAgain("phy8");
        Assert.That(Received(), Is.Zero);
        Assert.That(Ctl("get", "radios", "vm1/radio0")![0]!["name"]!.ToString(), Is.EqualTo("phy8"));
        Assert.That(Ctl("get", "links")![1]!["absent"], Is.Null);

        void ComeAgain(string name)
        {
            _vms[0].Hello();
            _vms[0].AnnounceRadio(0, Address(1), name);
            _vms[0].AddAddress(0, Address(1));
            _vms[0].Tune(0, 2412);
            _vms[0].Drain();
        }
    }

    [Test]
    public void AFaultIsCarriedOutAndCounted()
    {
        Ctl("set", "fault", "three", "--frame", "data", "--to", "vm2", "--drop", "--count", "3");
        Assert.That(Enumerable.Range(0, 5).Sum(_ => Received()), Is.EqualTo(2));
        Assert.That(Ctl("get", "fault", "three")!["hits"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public void RadiosAndLinksAreToldAsTheEngineHasThem()
    {
        Ctl("set", "propagation", "freeSpace");
        Ctl("set", "radio", "vm1", "--position", "0,0,1");
        Ctl("set", "radio", "vm2", "--position", "10,0,1", "--tx-power-dbm", "10", "--antenna-gain-dbi", "3");
        var radio = Ctl("get", "radios", "vm2")![0]!;
        Assert.That(radio["addresses"]![0]!.ToString(), Is.EqualTo(Address(2).ToString()));
        Assert.That(radio["position"]!.ToJsonString(), Is.EqualTo("[10,0,1]"));
        var link = Ctl("get", "links/vm2/vm1")![0]!;
        // Friis: 20 log10(10) + 20 log10(2412e6) - 147.55 = 60.1 dB.
        Assert.That(link["signalDbm"]!.GetValue<double>(), Is.EqualTo(10 + 3 - 60.1).Within(0.05));
        Assert.That(link["snrDb"]!.GetValue<double>(), Is.EqualTo(10 + 3 - 60.1 + 91).Within(0.05));
        Assert.That(link["loss"], Is.Null);
    }

    [Test]
    public void AScheduleIsCarriedOutByTheEngine()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file,
            "- {at: 1ms, link: {from: vm1, to: vm2, loss: 1}}\n- {at: 30ms, fault: {name: f, match: {frame: beacon}, action: drop}}\n");
        var done = Ctl("scenario", "run", file, "--wait")!;
        File.Delete(file);
        Assert.That(done["done"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(Received(), Is.Zero);
        Assert.That(Ctl("get", "faults")!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task AWatcherReceivesOfTheSchedule()
    {
        using var client = new ShmWifi.ShmMedium.Cli.Ctl.ControlClient(_daemon.ControlSocket);
        using var deadline = new CancellationTokenSource(Deadline.Limit);
        await using var lines = client.ReadLinesAsync("watch", deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.That(await lines.MoveNextAsync(), Is.True);
        await client.SendAsync(HttpMethod.Put, "schedule", "[{at: 5ms, timing: instant}]", deadline.Token);
        List<string> changes = [];
        while (changes.Count < 2 && await lines.MoveNextAsync())
        {
            if (JsonNode.Parse(lines.Current)!["change"] is { } change)
                changes.Add(change.ToJsonString());
        }
        Assert.That(changes, Is.EqualTo(new[] { "{\"schedule\":[{\"at\":\"5ms\",\"timing\":\"instant\"}]}", "{\"timing\":\"instant\"}" }));
    }

    [Test]
    public void WhatIsSavedIsTheMedium()
    {
        Ctl("set", "link", "vm1", "vm2", "--snr-db", "12");
        using var output = new StringWriter();
        Assert.That(new RootCommand { new CtlCommand() }.Parse(["ctl", "--socket", _daemon.ControlSocket, "save"])
            .Invoke(new InvocationConfiguration { Output = output }), Is.Zero);
        Assert.That(DaemonConfiguration.Parse(output.ToString(), "/x/y.yaml").Medium.Links[0].SnrDb, Is.EqualTo(12));
    }
}
