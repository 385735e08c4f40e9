using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>Links, faults and schedules that name nobody who is on the medium.</summary>
public sealed class AbsenceTests
{
    private readonly SimulatedMedium _medium = new();
    private readonly List<string> _told = [];

    [SetUp]
    public async Task Name()
    {
        _told.Clear();
        await _medium.ApplyAsync(new ReplaceMedium(MediumText.ReadMedium(
            """
            links: [{from: ap/phy0, to: sta1/phy9, snrDb: 3}, {from: ap/radio0, to: sta1/radio1, snrDb: 3}, {from: sta2, to: sta2/phy0, snrDb: 1}]
            faults: [{name: f, match: {from: sta1/radio5}, action: drop}, {name: g, match: {to: "02:00:00:00:09:09"}, action: drop}]
            schedule: [{at: 1s, removeFault: f}, {at: 2s, radio: {radio: ap/phy4, txPowerDbm: 1}}]
            """,
            "medium.yaml")));
    }

    // Of sta2 nothing is on the medium yet; an address may be one that comes.
    [Test]
    public async Task TheLogSaysOnceThatAVmHasNoSuchRadio()
    {
        using var watch = new AbsenceWatch(_medium, (vm, names, radios) => _told.Add($"{vm}: {names}: {radios}"));
        watch.Look();
        Assert.That(_told, Is.Empty, "radios come one after the other");
        watch.Look();
        string[] all =
        [
            "sta1: sta1/phy9, sta1/radio5: phy0 (radio0), phy1 (radio1)",
            "ap: ap/phy4: phy0 (radio0)",
        ];
        Assert.That(_told, Is.EqualTo(all));
        for (int i = 0; i < 5; i++)
            watch.Look();
        await _medium.ApplyAsync(new SetFault(_medium.CurrentMedium.Faults[1]));
        watch.Look();
        watch.Look();
        Assert.That(_told, Is.EqualTo(all), "once");

        var link = _medium.CurrentMedium.Links[0];
        await _medium.ApplyAsync(new RemoveLink(link.From, link.To));
        watch.Look();
        watch.Look();
        await _medium.ApplyAsync(new SetLink(link));
        watch.Look();
        watch.Look();
        Assert.That(_told, Is.EqualTo(all.Append("sta1: sta1/phy9: phy0 (radio0), phy1 (radio1)")), "it was right in between");
    }

    [Test]
    public async Task TheApiSaysWhichNamesMeanNobody()
    {
        using var harness = new ControlHarness();
        await harness.Medium.ApplyAsync(new ReplaceMedium(_medium.CurrentMedium));
        var links = (await harness.SendAsync("GET", "/v1/links")).Json.AsArray();
        Assert.That(links.Select(Absent), Is.EqualTo(new[] { "sta1/phy9", "", "sta2 sta2/phy0" }));
        var faults = (await harness.SendAsync("GET", "/v1/faults")).Json.AsArray();
        Assert.That(faults.Select(Absent), Is.EqualTo(new[] { "sta1/radio5", "02:00:00:00:09:09" }));
        Assert.That(Absent((await harness.SendAsync("GET", "/v1/faults/f")).Json), Is.EqualTo("sta1/radio5"));
        Assert.That(Absent((await harness.SendAsync("GET", "/v1/schedule")).Json), Is.EqualTo("ap/phy4"));
        harness.Medium.ScheduleDone = 2;
        Assert.That(Absent((await harness.SendAsync("GET", "/v1/schedule")).Json), Is.Empty, "what was carried out");

        static string Absent(JsonNode? entry) => string.Join(' ', entry!["absent"]?.AsArray().Select(name => name!.ToString()) ?? []);
    }
}
