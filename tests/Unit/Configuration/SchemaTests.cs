using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;
using ShmWifi.Lab;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class SchemaTests
{
    private static readonly string Docs = Path.Combine(Checkout.Root, "docs");

    private static readonly JsonObject Schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Docs, "shm-medium.schema.json")))!.AsObject();

    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["medium"] = DaemonKeys.Medium,
        ["geometry"] = DaemonKeys.Geometry,
        ["vm"] = DaemonKeys.Vm,
        ["control"] = DaemonKeys.Control,
        ["trunk"] = DaemonKeys.Trunk,
        ["time"] = DaemonKeys.Time,
        ["capture"] = DaemonKeys.Capture,
        ["log"] = DaemonKeys.Log,
        ["radio"] = MediumKeys.Radio,
        ["waypoint"] = MediumKeys.Waypoint,
        ["randomWaypoint"] = MediumKeys.RandomWaypoint,
        ["link"] = MediumKeys.Link,
        ["freeSpace"] = MediumKeys.FreeSpace,
        ["logDistance"] = MediumKeys.LogDistance,
        ["ituIndoor"] = MediumKeys.ItuIndoor,
        ["twoRayGround"] = MediumKeys.TwoRayGround,
        ["rayleigh"] = MediumKeys.Rayleigh,
        ["rician"] = MediumKeys.Rician,
        ["nakagami"] = MediumKeys.Nakagami,
        ["fault"] = MediumKeys.Fault,
        ["jammer"] = MediumKeys.Jammer,
        ["wall"] = MediumKeys.Wall,
        ["match"] = MediumKeys.Match,
        ["action"] = MediumKeys.Action,
        ["scheduledChange"] = MediumKeys.ScheduledChange,
        ["removeLink"] = MediumKeys.RemoveLink,
    };

    private static readonly Dictionary<string, string[]> Words = new(StringComparer.Ordinal)
    {
        ["spoofing"] = [.. DaemonKeys.Spoofing.Select(s => s.Word)],
        ["isolation"] = [.. DaemonKeys.Isolations.Select(i => i.Word)],
        ["scheduling"] = [.. DaemonKeys.Schedulings.Select(s => s.Word)],
        ["captureFormat"] = [.. DaemonKeys.CaptureFormats.Select(f => f.Word)],
        ["captureView"] = [.. DaemonKeys.CaptureViews.Select(v => v.Word)],
        ["logFormat"] = [.. DaemonKeys.LogFormats.Select(f => f.Word)],
        ["timing"] = [.. MediumKeys.Timings.Select(t => t.Word)],
        ["propagationModel"] = [.. MediumKeys.PropagationModels.Select(m => m.Word)],
        ["wallMaterial"] = [.. WallMaterial.All.Select(m => m.Word)],
        ["frame"] = [.. FrameKind.All.Select(k => k.Text)],
    };

    private static JsonObject Definitions => Schema["$defs"]!.AsObject();

    [Test]
    public void TheSchemaHasTheReadersKeysAndNoOthers()
    {
        var mappings = Definitions.Where(d => d.Value!["properties"] is not null)
            .ToDictionary(d => d.Key, d => d.Value!["properties"]!.AsObject().Select(p => p.Key));
        Assert.That(mappings.Keys, Is.EquivalentTo(Keys.Keys));
        foreach (var (name, keys) in Keys)
            Assert.That(mappings[name], Is.EquivalentTo(keys), name);
    }

    [Test]
    public void TheSchemaHasTheReadersWordsAndNoOthers()
    {
        var enums = Definitions.Where(d => d.Value!["enum"] is not null)
            .ToDictionary(d => d.Key, d => d.Value!["enum"]!.AsArray().Where(w => w is not null).Select(w => w!.GetValue<string>()));
        Assert.That(enums.Keys, Is.EquivalentTo(Words.Keys));
        foreach (var (name, words) in Words)
            Assert.That(enums[name], Is.EquivalentTo(words), name);
        foreach (var (model, keys) in MediumKeys.PropagationModels.Concat(MediumKeys.FadingModels))
        {
            Assert.That(Definitions[model]!["properties"]!["model"]!["const"]!.GetValue<string>(), Is.EqualTo(model));
            Assert.That(Keys[model], Is.SameAs(keys));
        }
    }

    [Test]
    public void EveryExampleOfTheDocumentIsRight()
    {
        var examples =
            File.ReadAllText(Path.Combine(Docs, "configuration.md")).Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]).ToList();
        Assert.That(examples, Has.Count.GreaterThan(1));
        foreach (string? example in examples)
        {
            Assert.That(new SchemaCheck(Schema).Problem(ToJson(example)), Is.Null, example);
            Assert.That(() => DaemonConfiguration.Parse(example, "/lab/medium.yaml"), Throws.Nothing, example);
        }
    }

    [Test]
    public void TheDocumentOfTheModelsHasTheMaterials()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Docs, "models.md"));
        foreach (var m in WallMaterial.All)
        {
            string conductivity = m.C == 1e7 ? "10^7" : FormattableString.Invariant($"{m.C}");
            var slab = new WallSlab(m, m.UsualThicknessCm);
            Assert.That(lines, Has.One.StartsWith(FormattableString.Invariant($"| `{m.Word}` | {m.Permittivity} | {conductivity} | {m.D} |"))
                .And.EndsWith(FormattableString.Invariant($"| {m.UsualThicknessCm} cm | {Db(slab, 2437)}, {Db(slab, 5180)} dB |")), m.Word);
        }

        static string Db(WallSlab slab, int freqMhz)
        {
            double lossDb = SlabModel.LossDb(slab, freqMhz);
            return lossDb.ToString(lossDb < 100 ? "f1" : "f0", CultureInfo.InvariantCulture);
        }
    }

    [Test]
    public void WhateverIsWrittenIsRightByTheSchema() => Gen.Int.Sample(
        seed => Assert.That(new SchemaCheck(Schema).Problem(JsonNode.Parse(MediumWriter.ToJson(new AnyMedium(seed).Medium()).ToJsonString())),
            Is.Null),
        iter: 200);

    [TestCase("links: [{from: ap, to: sta1, snr: 3}]")]
    [TestCase("links: [{from: ap, to: sta1}]")]
    [TestCase("links: [{from: ap, to: sta1, snrDb: 3, loss: 0}]")]
    [TestCase("links: [{from: ap, to: a b, snrDb: 3}]")]
    [TestCase("radios: [{radio: ap, position: [0, 0]}]")]
    [TestCase("radios: [{radio: ap, velocity: [0, 0, 1]}]")]
    [TestCase("radios: [{radio: ap, position: [0, 0, 1], waypoints: [{at: 0s, position: [0, 0, 0]}]}]")]
    [TestCase("propagation: {model: freeSpace, exponent: 2}")]
    [TestCase("propagation: near")]
    [TestCase("fading: rician")]
    [TestCase("fading: {model: rayleigh, coherenceTime: 20}")]
    [TestCase("faults: [{name: a}]")]
    [TestCase("faults: [{action: {delay: 1s, corrupt: 3}}]")]
    [TestCase("faults: [{action: drop, match: {frame: becon}}]")]
    [TestCase("schedule: [{timing: airtime}]")]
    [TestCase("schedule: [{at: 1s, timing: airtime, fading: none}]")]
    [TestCase("propagation: freeSpace\nwalls: [{name: a, from: [0, 0], to: [1, 0]}]")]
    [TestCase("propagation: freeSpace\nwalls: [{name: a, from: [0, 0], to: [1, 0], lossDb: 3, material: glass}]")]
    [TestCase("propagation: freeSpace\nwalls: [{name: a, from: [0, 0], to: [1, 0], lossDb: 3, thicknessCm: 2}]")]
    [TestCase("propagation: freeSpace\nwalls: [{name: a, from: [0, 0, 0], to: [1, 0, 0], lossDb: 3}]")]
    [TestCase("propagation: freeSpace\nwalls: [{name: a, from: [0, 0], to: [1, 0], material: paper}]")]
    [TestCase("seed: -1")]
    [TestCase("polling: 0")]
    [TestCase("geometry: {txSlots: 300}")]
    public void WhatTheReaderRefusesTheSchemaRefuses(string yaml)
    {
        Assert.That(() => DaemonConfiguration.Parse($"vms: [{{name: ap, socket: a}}, {{name: sta1, socket: b}}]\n{yaml}", "/lab/medium.yaml"),
            Throws.TypeOf<ConfigurationException>());
        Assert.That(new SchemaCheck(Schema).Problem(ToJson(yaml)), Is.Not.Null);
    }

    // As editors do it: a plain text is a number or a word of YAML 1.2 where it looks like one.
    private static JsonNode? ToJson(string yaml)
    {
        var errors = new ErrorList("example");
        var root = YamlDocument.Read(yaml, errors);
        Assert.That(errors.Any, Is.False);
        return ToJson(root!);
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject(map.Pairs.Select(p => KeyValuePair.Create(((YamlScalar)p.Key).Value, ToJson(p.Value)))),
        YamlList list => new JsonArray([.. list.Items.Select(ToJson)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { Plain: true, Value: "true" or "false" } word => word.Value == "true",
        YamlScalar { Plain: true } number when double.TryParse(number.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) =>
            value,
        YamlScalar text => text.Value,
        _ => throw new NotSupportedException(node.Kind),
    };
}
