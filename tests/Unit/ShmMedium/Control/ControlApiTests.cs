using System.Net;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>Each resource, by HTTP on a Unix socket.</summary>
public sealed class ControlApiTests
{
    private ControlHarness _harness = null!;

    [SetUp]
    public void Start() => _harness = new ControlHarness();

    [TearDown]
    public void Stop()
    {
        var warnings = _harness.Warnings;
        _harness.Dispose();
        Assert.That(warnings, Is.Empty, "faults of the server itself");
    }

    private async Task<Answer> SendAsync(HttpStatusCode status, string method, string path, string? body = null)
    {
        var answer = await _harness.SendAsync(method, path, body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(answer.ContentType, Is.EqualTo(
            (int)status >= 400 ? "application/problem+json" : status == HttpStatusCode.NoContent ? null : path == "/v1/configuration"
                ? "application/yaml"
                : "application/json"));
        return answer;
    }

    private Task<Answer> GetAsync(string path) => SendAsync(HttpStatusCode.OK, "GET", path);

    [Test]
    public async Task AnMediumThatIsPutIsTheOneThatIsGot()
    {
        await SendAsync(HttpStatusCode.NoContent, "PUT", "/v1/medium", """
            {"seed": 7, "timing": "airtime", "links": [{"from": "ap", "to": "sta1", "snrDb": 25}], "propagation": {"model": "freeSpace"}}
            """);
        var medium = await GetAsync("/v1/medium");
        Assert.That(_harness.Medium.Changes, Has.One.InstanceOf<ReplaceMedium>());
        Assert.That(medium.Json["seed"]!.GetValue<int>(), Is.EqualTo(7));
        Assert.That(medium.Json["timing"]!.GetValue<string>(), Is.EqualTo("airtime"));
        await SendAsync(HttpStatusCode.NoContent, "PUT", "/v1/medium", medium.Text);
        Assert.That((await GetAsync("/v1/medium")).Text, Is.EqualTo(medium.Text));
    }

    // for one version: /v1/air
    [Test]
    public async Task TheMediumsOldPathIsAnsweredAndToldOnce()
    {
        await SendAsync(HttpStatusCode.NoContent, "PUT", "/v1/air", """{"seed": 7}""");
        Assert.That(_harness.Medium.CurrentMedium.Seed, Is.EqualTo(7));
        foreach (string? refused in new[] { null, "[]" }) // a refusal says it, too
        {
            using var body = refused is null ? null : new StringContent(refused);
            using var answer = await (body is null ? _harness.Http.GetAsync("/v1/air") : _harness.Http.PutAsync("/v1/air", body));
            Assert.That(answer.StatusCode, Is.EqualTo(body is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest));
            Assert.That(answer.Headers.GetValues("Deprecation").Single(), Does.Match("^@[0-9]+$"));
            Assert.That(answer.Headers.GetValues("Link").Single(), Is.EqualTo("</v1/medium>; rel=\"successor-version\""));
            if (body is null)
                Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo((await GetAsync("/v1/medium")).Text));
        }
        using var plain = await _harness.Http.GetAsync("/v1/medium");
        Assert.That(plain.Headers.Contains("Deprecation"), Is.False);
        await SendAsync(HttpStatusCode.MethodNotAllowed, "PATCH", "/v1/air", "{}");
        Assert.That(_harness.OldNames, Is.EqualTo(new[] { ("/v1/air", "/v1/medium") }));
    }

    [Test]
    public async Task YamlWillDoForJson()
    {
        await SendAsync(HttpStatusCode.NoContent, "PUT", "/v1/medium", "seed: 9\nlinks:\n  - {from: ap, to: sta1, loss: 0.5}\n");
        Assert.That(_harness.Medium.CurrentMedium.Links[0].Loss, Is.EqualTo(0.5));
        await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta1", "{snrDb: 3}");
        Assert.That(_harness.Medium.CurrentMedium.Links[0].SnrDb, Is.EqualTo(3));
    }

    [TestCase("timing", "\"airtime\"", "airtime")]
    [TestCase("timing", "airtime", "airtime")]
    [TestCase("seed", "18446744073709551615", "18446744073709551615")]
    [TestCase("errorTable", "/lab/per.txt", "/lab/per.txt")]
    [TestCase("errorTable", "\"/lab/per.txt\"", "/lab/per.txt")]
    public async Task AValueIsPutAndGot(string resource, string body, string value)
    {
        await SendAsync(HttpStatusCode.NoContent, "PUT", $"/v1/{resource}", body);
        Assert.That((await GetAsync($"/v1/{resource}")).Json.ToString(), Is.EqualTo(value));
    }

    [TestCase("propagation", "{\"model\": \"logDistance\", \"exponent\": 3.5}", "exponent", "3.5")]
    [TestCase("fading", "{\"model\": \"rician\", \"k\": 4, \"coherenceTime\": \"20ms\"}", "coherenceTime", "20ms")]
    public async Task AModelIsPutGotAndDeleted(string resource, string body, string key, string value)
    {
        Assert.That((await GetAsync($"/v1/{resource}")).Text, Is.EqualTo("\"none\"\n"));
        await SendAsync(HttpStatusCode.NoContent, "PUT", $"/v1/{resource}", body);
        Assert.That((await GetAsync($"/v1/{resource}")).Json[key]!.ToString(), Is.EqualTo(value));
        await SendAsync(HttpStatusCode.NoContent, "DELETE", $"/v1/{resource}");
        Assert.That((await GetAsync($"/v1/{resource}")).Text, Is.EqualTo("\"none\"\n"));
    }

    [Test]
    public async Task AnErrorTableThatCannotBeReadIsRefused()
    {
        _harness.Medium.Failure = new ConfigurationException([new("/lab/per.txt", 3, 1, "no such rate") { Field = "errorTable" }]);
        var answer = await SendAsync(HttpStatusCode.BadRequest, "PUT", "/v1/errorTable", "/lab/per.txt");
        Assert.That(answer.Errors, Is.EqualTo(new[] { "errorTable: /lab/per.txt:3:1: error: no such rate" }));
        _harness.Medium.Failure = null;
        await SendAsync(HttpStatusCode.NoContent, "DELETE", "/v1/errorTable");
    }

    [Test]
    public async Task ANewSeedStartsTheMediumAgainAsItWasGiven()
    {
        await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta1", "{\"snrDb\": 10}");
        await SendAsync(HttpStatusCode.NoContent, "PUT", "/v1/seed", "5");
        Assert.That(_harness.Medium.Changes[^1], Is.InstanceOf<ReplaceMedium>());
        Assert.That(_harness.Medium.CurrentMedium.Links, Has.Count.EqualTo(1));
        var wrong = await SendAsync(HttpStatusCode.BadRequest, "PUT", "/v1/seed", "-5");
        Assert.That(wrong.Errors[0], Does.StartWith("seed: "));
    }

    [Test]
    public async Task RadiosAreAsTheyAreNow()
    {
        var all = await GetAsync("/v1/radios");
        Assert.That(all.Json.AsArray().Select(r => r!["radio"]!.ToString()), Is.EqualTo(new[] { "ap/phy0", "sta1/phy0", "sta1/phy1" }));
        Assert.That(all.Json[1]!["position"]!.ToJsonString(), Is.EqualTo("[10,0.123,1]"));
        Assert.That(all.Json[0]!["addresses"]!.ToJsonString(), Is.EqualTo("[\"02:00:00:00:01:00\"]"));
    }

    [TestCase("sta1", 2)]
    [TestCase("sta1%2Fphy1", 1)]
    [TestCase("02:00:00:00:03:00", 1)]
    [TestCase("*", 3)]
    public async Task ARadioIsFoundByAnyOfItsNames(string name, int radios) =>
        Assert.That((await GetAsync($"/v1/radios/{name}")).Json.AsArray(), Has.Count.EqualTo(radios));

    [Test]
    public async Task ARadioKeepsWhatIsNotSaid()
    {
        await SendAsync(HttpStatusCode.OK, "PATCH", "/v1/radios/sta1", "{\"position\": [1, 2, 3], \"txPowerDbm\": 10}");
        var answer = await SendAsync(HttpStatusCode.OK, "PATCH", "/v1/radios/sta1", "{\"txPowerDbm\": 12}");
        Assert.That(answer.Json["position"]!.ToJsonString(), Is.EqualTo("[1,2,3]"));
        Assert.That(answer.Json["txPowerDbm"]!.GetValue<double>(), Is.EqualTo(12));
        Assert.That(answer.Json["radio"]!.ToString(), Is.EqualTo("sta1"));
    }

    [Test]
    public async Task ALinkIsGivenToldAndTakenBack()
    {
        var given = await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta1%2Fphy0", "{\"loss\": 0.3, \"oneWay\": true}");
        Assert.That(given.Json["to"]!.ToString(), Is.EqualTo("sta1/phy0"));
        var all = await GetAsync("/v1/links");
        Assert.That(all.Json.AsArray(), Has.Count.EqualTo(1));
        Assert.That(all.Json[0]!["loss"]!.GetValue<double>(), Is.EqualTo(0.3));
        var now = await GetAsync("/v1/links/ap/sta1%2Fphy0");
        Assert.That(now.Json[0]!["signalDbm"]!.GetValue<double>(), Is.EqualTo(-60.13));
        Assert.That(now.Json[0]!["freqMhz"]!.GetValue<int>(), Is.EqualTo(2437), "the sender's");
        Assert.That(now.Json[0]!["loss"]!.GetValue<double>(), Is.EqualTo(0.3));
        await SendAsync(HttpStatusCode.NoContent, "DELETE", "/v1/links/ap/sta1%2Fphy0");
        var gone = await SendAsync(HttpStatusCode.NotFound, "DELETE", "/v1/links/ap/sta1%2Fphy0");
        Assert.That(gone.Json["detail"]!.ToString(), Does.Contain("no link is given from 'ap' to 'sta1/phy0'"));
    }

    [Test]
    public async Task EachPairThatTwoNamesMeanIsTold()
    {
        var all = await GetAsync("/v1/links/*/sta1?freqMhz=5180");
        Assert.That(
            all.Json.AsArray().Select(l => $"{l!["from"]} {l["to"]} {l["freqMhz"]}"),
            Is.EqualTo(new[] { "ap/phy0 sta1/phy0 5180", "ap/phy0 sta1/phy1 5180", "sta1/phy0 sta1/phy1 5180", "sta1/phy1 sta1/phy0 5180" }));
    }

    [Test]
    public async Task TheErrorRateIsThatOfTheRateAndLengthAskedFor()
    {
        Assert.That((await GetAsync("/v1/links/ap/sta1?rate=HT%207%20sgi&octets=100")).Json[0]!.ToJsonString(),
            Does.Contain("\"rate\":\"ht 7 sgi\",\"per\":0.01"));
        Assert.That((await GetAsync("/v1/links/ap/sta1")).Json[0]!.ToJsonString(), Does.Contain("\"rate\":\"dsss 1\",\"per\":0.1538"));
        Assert.That((await GetAsync("/v1/links/ap/sta1?freqMhz=5180")).Json[0]!.ToJsonString(), Does.Contain("\"rate\":\"ofdm 6\""));
    }

    [Test]
    public async Task AFaultIsOrderedCountedReplacedAndTakenBack()
    {
        const string Drop = "{\"match\": {\"frame\": \"eapol\", \"to\": \"sta1\"}, \"action\": \"drop\", \"count\": 3}";
        var added = await SendAsync(HttpStatusCode.Created, "POST", "/v1/faults", Drop);
        Assert.That(added.Location, Is.EqualTo("/v1/faults/fault1"));
        Assert.That((await GetAsync(added.Location!)).Json["hits"]!.GetValue<int>(), Is.EqualTo(7));
        await SendAsync(HttpStatusCode.OK, "PUT", "/v1/faults/beacons", "{\"match\": {\"frame\": [\"beacon\"]}, \"action\": {\"delay\": \"50ms\"}}");
        Assert.That((await GetAsync("/v1/faults")).Json.AsArray().Select(f => f!["name"]!.ToString()), Is.EqualTo(new[] { "fault1", "beacons" }));
        var taken = await SendAsync(HttpStatusCode.Conflict, "POST", "/v1/faults", "{\"name\": \"beacons\", \"match\": {}, \"action\": \"drop\"}");
        Assert.That(taken.Errors[0], Does.StartWith("name: 'beacons' is taken"));
        await SendAsync(HttpStatusCode.NoContent, "DELETE", "/v1/faults/beacons");
        var gone = await SendAsync(HttpStatusCode.NotFound, "DELETE", "/v1/faults/fault2");
        Assert.That(gone.Json["detail"]!.ToString(), Does.Contain("(did you mean 'fault1'?)"));
    }

    [Test]
    public async Task AScheduleStartsAndIsTakenBack()
    {
        _harness.Medium.ScheduleDone = 1;
        var answer = await SendAsync(
            HttpStatusCode.OK, "PUT", "/v1/schedule", "[{\"at\": \"2s\", \"timing\": \"airtime\"}, {\"at\": \"1s\", \"link\": {\"from\": \"ap\", "
                + "\"to\": \"sta1\", \"snrDb\": 5}}]");
        Assert.That(answer.Json["changes"]![0]!["link"]!["snrDb"]!.GetValue<double>(), Is.EqualTo(5), "in the order of time");
        Assert.That(answer.Json["done"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(answer.Json["elapsedS"]!.GetValue<double>(), Is.EqualTo(1.5));
        Assert.That((await GetAsync("/v1/schedule")).Text, Is.EqualTo(answer.Text));
        await SendAsync(HttpStatusCode.NoContent, "DELETE", "/v1/schedule");
        Assert.That(_harness.Medium.CurrentMedium.Schedule, Is.Empty);
        var unknown = await SendAsync(
            HttpStatusCode.NotFound, "PUT", "/v1/schedule", "[{\"at\": \"1s\", \"link\": {\"from\": \"ap\", \"to\": \"sat1\", \"snrDb\": 5}}]");
        Assert.That(unknown.Errors[0], Does.StartWith("[0].link.to: no radio 'sat1'"));
    }

    [Test]
    public async Task TheConfigurationStartsTheSameDaemon()
    {
        await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta1", "{\"snrDb\": 12.5}");
        var answer = await GetAsync("/v1/configuration");
        var again = DaemonConfiguration.Parse(answer.Text, Path.Combine(_harness.Folder, "again.yaml"));
        Assert.That(again.Vms, Is.EqualTo(_harness.Configuration.Vms));
        Assert.That(again.Medium.Links[0].SnrDb, Is.EqualTo(12.5));
    }

    [Test]
    public async Task TheStatusIsTheSnapshot()
    {
        var status = await GetAsync("/v1/status");
        Assert.That(status.Json["medium"]!["frames"]!.GetValue<int>(), Is.EqualTo(12));
        Assert.That(status.Json["collector"], Is.Not.Null);
    }

    [TestCase("PUT", "/v1/links/ap/sat1", "{\"snrDb\": 1}",
        "to: no radio 'sat1' is on the medium or in the configuration (did you mean 'sta1'?); on the medium: ap/phy0, sta1/phy0, sta1/phy1")]
    [TestCase("PUT", "/v1/links/02:00:00:00:01:01/sta1", "{\"snrDb\": 1}", "from: no radio '02:00:00:00:01:01' is on the medium or in the "
        + "configuration (did you mean '02:00:00:00:01:00'?); on the medium: ap/phy0, sta1/phy0, sta1/phy1")]
    [TestCase("PATCH", "/v1/radios/sta1%2Fphy2", "{\"txPowerDbm\": 1}", "radio: no radio 'sta1/phy2' is on the medium or in the configuration (did "
        + "you mean 'sta1/phy0'?); on the medium: ap/phy0, sta1/phy0, sta1/phy1")]
    [TestCase("GET", "/v1/radios/sta2", null,
        "radio: no radio 'sta2' is on the medium (did you mean 'sta1'?); on the medium: ap/phy0, sta1/phy0, sta1/phy1")]
    [TestCase("PUT", "/v1/faults/f", "{\"match\": {\"from\": \"pa\"}, \"action\": \"drop\"}",
        "match.from: no radio 'pa' is on the medium or in the configuration (did you mean 'ap'?); on the medium: ap/phy0, sta1/phy0, sta1/phy1")]
    public async Task AnUnknownRadioIsNamedAndNearOnesToo(string method, string path, string? body, string error)
    {
        var answer = await SendAsync(HttpStatusCode.NotFound, method, path, body);
        Assert.That(answer.Errors, Is.EqualTo(new[] { error }));
        Assert.That(_harness.Medium.Changes, Is.Empty);
    }

    [Test]
    public async Task AVmThatHasNotAttachedYetIsKnown() => await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta2", "{\"snrDb\": 1}");

    [TestCase("PUT", "/v1/links/ap/sta1", "{\"snrDb\": \"x\"}", "snrDb")]
    [TestCase("PUT", "/v1/links/ap/sta1", "{\"snrDb\": [1]}", "snrDb")]
    [TestCase("PUT", "/v1/links/ap/sta1", "{\"loss\": 1.5}", "loss")]
    [TestCase("PUT", "/v1/links/ap/sta1", "{\"snr\": 1}", "snr")]
    [TestCase("PUT", "/v1/links/ap/sta1", "{\"from\": \"sta2\", \"snrDb\": 1}", "from")]
    [TestCase("PUT", "/v1/links/ap/sta1", "[1]", "")]
    [TestCase("PUT", "/v1/links/ap/sta1", "", "")]
    [TestCase("PUT", "/v1/links/a%20p/sta1", "{\"snrDb\": 1}", "from")]
    [TestCase("DELETE", "/v1/links/a%20p/sta1", null, "from")]
    [TestCase("PATCH", "/v1/radios/sta1", "{\"position\": [1, 2]}", "position")]
    [TestCase("PATCH", "/v1/radios/sta1", "{\"position\": [1, 2, true]}", "position[2]")]
    [TestCase("PUT", "/v1/medium", "{\"links\": [{\"from\": \"ap\", \"to\": \"sta1\", \"snrDb\": 1}, {\"from\": \"ap\", \"to\": 5, \"snrDb\": {}}]}",
        "links[1].snrDb")]
    [TestCase("PUT", "/v1/timing", "slow", "timing")]
    [TestCase("PUT", "/v1/timing", "5", "timing")]
    [TestCase("PUT", "/v1/errorTable", "relative.txt", "errorTable")]
    [TestCase("PUT", "/v1/propagation", "{\"model\": \"freeSpce\"}", "model")]
    [TestCase("POST", "/v1/faults", "{\"action\": \"explode\"}", "action")]
    [TestCase("PUT", "/v1/schedule", "[{\"at\": 5, \"timing\": \"airtime\"}]", "[0].at")]
    [TestCase("GET", "/v1/links/ap/sta1?freqMhz=2413", null, "freqMhz")]
    [TestCase("GET", "/v1/links/ap/sta1?freq=2412", null, "freq")]
    [TestCase("GET", "/v1/links/ap/sta1?rate=ht", null, "rate")]
    [TestCase("GET", "/v1/links/ap/sta1?octets=13", null, "octets")]
    [TestCase("GET", "/v1/links/ap/sta1?octets=100&octets=200", null, "octets")]
    public async Task AWrongFieldIsNamed(string method, string path, string? body, string field)
    {
        var answer = await SendAsync(HttpStatusCode.BadRequest, method, path, body);
        Assert.That(answer.Errors.Select(e => e.Split(": ")[0]), Does.Contain(field), answer.Text);
        Assert.That(_harness.Medium.Changes, Is.Empty);
    }

    [TestCase("/v1/link", "(did you mean '/v1/links'?)")]
    [TestCase("/", "/v1/openapi.json describes what there is")]
    [TestCase("/v1/radios/sta1/phy0", "a slash within a name is written %2F")]
    [TestCase("/v1//medium", "there is no /v1//medium")]
    public async Task AnUnknownPathSaysWhatThereIs(string path, string text) =>
        Assert.That((await SendAsync(HttpStatusCode.NotFound, "GET", path)).Json["detail"]!.ToString(), Does.Contain(text));

    [TestCase("POST", "/v1/medium", "GET, PUT")]
    [TestCase("HACK", "/v1/links/a/b", "GET, PUT, DELETE")]
    [TestCase("OPTIONS", "/v1/watch", "GET")]
    public async Task AWrongMethodSaysWhichThereAre(string method, string path, string allowed)
    {
        var answer = await SendAsync(HttpStatusCode.MethodNotAllowed, method, path, "{}");
        Assert.That(answer.Allow, Is.EquivalentTo(allowed.Split(", ")));
    }

    [Test]
    public async Task MoreLinksThanMayBeAreRefused()
    {
        await _harness.Medium.ApplyAsync(new ReplaceMedium(new MediumConfiguration
        {
            Links =
            [
                .. Enumerable.Range(0, MediumLimits.Links)
                    .Select(i => new LinkConfiguration(RadioPattern.Of("ap"), RadioPattern.Of($"sta{i}")) { SnrDb = 1 }),
            ],
        }));
        var answer = await SendAsync(HttpStatusCode.Conflict, "PUT", "/v1/links/ap/*", "{\"snrDb\": 1}");
        Assert.That(answer.Json["detail"]!.ToString(), Does.Contain("at most 1047552"));
        await SendAsync(HttpStatusCode.OK, "PUT", "/v1/links/ap/sta5", "{\"snrDb\": 1}");
    }
}
