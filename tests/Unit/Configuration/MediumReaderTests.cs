using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class MediumReaderTests
{
    private static MediumConfiguration Read(string yaml) => DaemonConfiguration.Parse(
        "vms: [{name: ap, socket: a}, {name: sta1, socket: b}, {name: sta2, socket: c}]\n" + yaml, "/lab/medium.yaml").Medium;

    private static string[] ErrorsOf(string yaml) => [.. Assert.Throws<ConfigurationException>(() => Read(yaml))!.Errors.Select(e => e.ToString())];

    private static RadioPattern Pattern(string text)
    {
        Assert.That(RadioPattern.TryParse(text, out var pattern), Is.True);
        return pattern;
    }

    [Test]
    public void AnMediumThatIsNotToldOfIsPerfect()
    {
        var medium = Read("");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(medium.Timing, Is.EqualTo(Timing.Instant));
            Assert.That(medium.Seed, Is.EqualTo(1));
            Assert.That(medium.Radios, Is.Empty);
            Assert.That(medium.Links, Is.Empty);
            Assert.That(medium.Propagation, Is.Null);
            Assert.That(medium.Fading, Is.Null);
            Assert.That(medium.ErrorTable, Is.Null);
            Assert.That(medium.Faults, Is.Empty);
            Assert.That(medium.Schedule, Is.Empty);
        }
    }

    [Test]
    public void RadiosLinksAndModelsAreRead()
    {
        var medium = Read("""
            timing: airtime
            seed: 18446744073709551615
            radios:
              - {radio: ap, position: [0, 0, 2], txPowerDbm: 20, antennaGainDbi: 2.5, noiseFloorDbm: -91, dataRate: eht 13 nss 2 320}
              - {radio: sta1, position: [10, 0, 1], velocity: [1.5, 0, -1e-1]}
              - {radio: sta2/phy0, waypoints: [{at: 0s, position: [0, 0, 1]}, {at: 1.5m, position: [50, 0, 1]}]}
              - {radio: 02:00:00:00:00:01, randomWaypoint: {box: [[0, 0, 1], [50, 50, 1]], speed: [0.5, 2], pause: 2s, elapsed: 90s}}
              - {radio: '*', txPowerDbm: 17}
            links:
              - {from: ap, to: sta1, snrDb: 25}
              - {from: ap, to: sta2, loss: 0.3, oneWay: true}
            propagation: {model: logDistance, exponent: 3.5, shadowingDb: 4}
            fading: {model: rician, k: 4, coherenceTime: 20ms}
            errorTable: per.txt
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(medium.Timing, Is.EqualTo(Timing.Airtime));
            Assert.That(medium.Seed, Is.EqualTo(ulong.MaxValue));
            Assert.That(medium.Radios, Has.Count.EqualTo(5));
            Assert.That(medium.Radios[0], Is.EqualTo(new RadioConfiguration(Pattern("ap"))
            {
                Motion = new LinearMotion(new(0, 0, 2), default),
                TxPowerDbm = 20,
                AntennaGainDbi = 2.5,
                NoiseFloorDbm = -91,
                DataRate = DataRate.Fixed(PhyRate.Eht(13, 2, 320)),
            }));
            Assert.That(medium.Radios[1].Motion, Is.EqualTo(new LinearMotion(new(10, 0, 1), new(1.5, 0, -0.1))));
            Assert.That(
                ((WaypointMotion)medium.Radios[2].Motion!).Points,
                Is.EqualTo(new Waypoint[] { new(TimeSpan.Zero, new(0, 0, 1)), new(TimeSpan.FromSeconds(90), new(50, 0, 1)) }));
            Assert.That(medium.Radios[2].Radio.Radio, Is.EqualTo("phy0"));
            Assert.That(medium.Radios[3].Radio.Address, Is.EqualTo(MacAddress.Parse("02:00:00:00:00:01")));
            Assert.That(medium.Radios[3].Motion, Is.EqualTo(
                new RandomWaypointMotion(new(0, 0, 1), new(50, 50, 1), 0.5, 2, TimeSpan.FromSeconds(2)) { Elapsed = TimeSpan.FromSeconds(90) }));
            Assert.That(medium.Radios[4], Is.EqualTo(new RadioConfiguration(RadioPattern.Any) { TxPowerDbm = 17 }));
            Assert.That(medium.Links, Is.EqualTo(new LinkConfiguration[]
            {
                new(Pattern("ap"), Pattern("sta1")) { SnrDb = 25 },
                new(Pattern("ap"), Pattern("sta2")) { Loss = 0.3, OneWay = true },
            }));
            Assert.That(medium.Propagation, Is.EqualTo(new LogDistancePropagation(3.5, 1) { ShadowingDb = 4 }));
            Assert.That(medium.Fading, Is.EqualTo(new FadingConfiguration(4, TimeSpan.FromMilliseconds(20))));
            Assert.That(medium.ErrorTable, Is.EqualTo("/lab/per.txt"));
        }
    }

    [TestCase("none", null)]
    [TestCase("freeSpace", typeof(FreeSpacePropagation))]
    [TestCase("{model: freeSpace, shadowingDb: 3}", typeof(FreeSpacePropagation))]
    [TestCase("logDistance", typeof(LogDistancePropagation))]
    [TestCase("{model: ituIndoor, floors: 2, powerLossCoefficient: 30, floorLossDb: 15}", typeof(ItuIndoorPropagation))]
    [TestCase("{model: twoRayGround, systemLoss: 1.5}", typeof(TwoRayGroundPropagation))]
    public void APropagationIsAModel(string yaml, Type? type) => Assert.That(Read($"propagation: {yaml}").Propagation?.GetType(), Is.EqualTo(type));

    [Test]
    public void AModelAloneHasDocumentedDefaults()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Read("propagation: logDistance").Propagation, Is.EqualTo(new LogDistancePropagation(3, 1)));
            Assert.That(Read("propagation: ituIndoor").Propagation, Is.EqualTo(new ItuIndoorPropagation(null, 0, null)));
            Assert.That(Read("propagation: twoRayGround").Propagation, Is.EqualTo(new TwoRayGroundPropagation(1)));
            Assert.That(Read("fading: rayleigh").Fading, Is.EqualTo(new FadingConfiguration(0, TimeSpan.FromMilliseconds(40))));
            Assert.That(Read("fading: none").Fading, Is.Null);
            Assert.That(Read("errorTable: none").ErrorTable, Is.Null);
        }
    }

    [Test]
    public void AJammerIsNotCalledAsAVmOfTheCommonSocketIs() => Assert.That(
        () => DaemonConfiguration.Parse("socket: s\njammers: [{name: vm7, freqMhz: 2450}]", "/lab/medium.yaml"),
        Throws.TypeOf<ConfigurationException>().With.Message.Contains("'vm7' is a VM and a jammer"));

    [TestCase("{freqMhz: 2450}", "'name' is missing")]
    [TestCase("{name: [], freqMhz: 2450}", "'name' is")]
    public void JammersWithoutANameAreAnErrorEach(string jammer, string expected) =>
        Assert.That(ErrorsOf($"jammers: [{jammer}, {jammer}]"), Has.Length.EqualTo(2).And.All.Contains(expected));

    [Test]
    public void JammersAreRead()
    {
        var medium = Read("""
            jammers:
              - {name: oven, freqMhz: 2450, bandwidthMhz: 80, period: 20ms, dutyCycle: 0.5}
              - {name: carrier, freqMhz: 5180}
            radios:
              - {radio: oven, position: [3, 0, 1], txPowerDbm: 10}
            schedule:
              - {at: 5s, jammer: {name: late, freqMhz: 2412}}
              - {at: 9s, removeJammer: oven}
              - {at: 9s, radio: {radio: late, txPowerDbm: 30}}
            """);
        Assert.That(medium.Jammers, Is.EqualTo(new[]
        {
            new JammerConfiguration("oven", 2450) { BandwidthMhz = 80, Period = TimeSpan.FromMilliseconds(20), DutyCycle = 0.5 },
            new JammerConfiguration("carrier", 5180) { BandwidthMhz = 20, Period = TimeSpan.FromMilliseconds(10), DutyCycle = 1 },
        }));
        Assert.That(medium.Schedule.Take(2).Select(c => c.Change),
            Is.EqualTo(new MediumChange[] { new SetJammer(new JammerConfiguration("late", 2412)), new RemoveJammer("oven") }));
    }

    [Test]
    public void WallsAreRead()
    {
        var medium = Read("""
            propagation: freeSpace
            walls:
              - {name: north, from: [0, 5], to: [10.5, -5], lossDb: 12}
              - {name: east, from: [10, 0], to: [10, 5], material: concrete, thicknessCm: 30}
              - {name: window, from: [0, 0], to: [0, 5], material: glass}
            schedule:
              - {at: 5s, wall: {name: door, from: [3, 5], to: [4, 5], material: wood}}
              - {at: 9s, removeWall: door}
            """);
        Assert.That(medium.Walls, Is.EqualTo(new WallConfiguration[]
        {
            new("north", new(0, 5), new(10.5, -5), new GivenWallLoss(12)),
            new("east", new(10, 0), new(10, 5), new WallSlab(Material("concrete"), 30)),
            new("window", new(0, 0), new(0, 5), new WallSlab(Material("glass"), 0.6)),
        }));
        Assert.That(medium.Schedule.Select(c => c.Change), Is.EqualTo(new MediumChange[]
        {
            new SetWall(new("door", new(3, 5), new(4, 5), new WallSlab(Material("wood"), 4))),
            new RemoveWall("door"),
        }));
    }

    private static WallMaterial Material(string word) => WallMaterial.All.Single(m => m.Word == word);

    [TestCase("{from: [0, 0], to: [1, 0], lossDb: 3}", "'name' is missing in 'walls'; give 1 to 64 characters")]
    [TestCase("{name: a, to: [1, 0], lossDb: 3}", "'from' is missing in 'walls'; give a list of 2 numbers, each a number from -1000000 to 1000000 m")]
    [TestCase("{name: a, from: [1, 0], lossDb: 3}", "'to' is missing in 'walls'")]
    [TestCase("{name: a, from: [0, 0, 0], to: [1, 0], lossDb: 3}", "'from' has 3 values; allowed: a list of 2 numbers")]
    [TestCase("{name: a, from: [0, .nan], to: [1, 0], lossDb: 3}", "'from[1]' is '.nan'; allowed: a number from")]
    [TestCase("{name: a, from: [0, NaN], to: [1, 0], lossDb: 3}", "'from[1]' is 'NaN'; allowed: a number from")]
    [TestCase("{name: a, from: [0, 0], to: [Infinity, 0], lossDb: 3}", "'to[0]' is 'Infinity'; allowed: a number from")]
    [TestCase("{name: a, from: [0, 0], to: [0.0, -0], lossDb: 3}", "'to' is where 'from' is; a wall has a length")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0]}", "this wall has neither 'lossDb' nor 'material'; give one of them")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], lossDb: 3, material: brick}", "this wall has both 'lossDb' and 'material'; give one of them")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], lossDb: 3, thicknessCm: 3}", "'thicknessCm' is beside 'lossDb'")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], lossDb: -1}", "'lossDb' is '-1'; allowed: a number from 0 to 200 dB")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], lossDb: NaN}", "'lossDb' is 'NaN'; allowed: a number from 0 to 200 dB")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], material: brik}",
        "'material' is 'brik' (did you mean 'brick'?); allowed: concrete, brick, plasterboard,")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], material: brick, thicknessCm: 0}", "'thicknessCm' is '0'; allowed: a number from 0.01 to 1000 cm")]
    [TestCase("{name: a, from: [0, 0], to: [1, 0], lossDb: 3}, {name: a, from: [0, 0], to: [1, 0], lossDb: 3}", "a wall called 'a' is there already")]
    public void AWrongWallIsOneError(string walls, string expected) =>
        Assert.That(ErrorsOf($"propagation: freeSpace\nwalls: [{walls}]"), Has.Length.EqualTo(1).And.All.Contains(expected));

    [TestCase("walls: [%]", "'walls' without 'propagation': links are not computed from places")]
    [TestCase("walls: [%]\npropagation: none", "'walls' without 'propagation'")]
    [TestCase("walls: [%]\nschedule: [{at: 1s, timing: airtime}]", "'walls' without 'propagation'")]
    [TestCase("schedule: [{at: 1s, wall: %}]", "'walls' without 'propagation'")]
    [TestCase("walls: [%]\npropagation: freeSpace\nschedule: [{at: 3s, propagation: none}]",
        "'walls' while 'schedule' has 'propagation: none' at 3s")]
    public void WallsThatNothingIsComputedWithAreAnError(string yaml, string expected) =>
        Assert.That(ErrorsOf(yaml.Replace("%", "{name: a, from: [0, 0], to: [1, 0], lossDb: 3}", StringComparison.Ordinal)),
            Has.Length.EqualTo(1).And.All.Contains(expected));

    [Test]
    public void FaultsAreRead()
    {
        var faults = Read("""
            faults:
              - {name: eapol, match: {frame: eapol, to: sta1}, action: drop, count: 3}
              - {match: {frame: [beacon, probeResponse], from: ap, ssid: lab}, action: drop, probability: 0.3}
              - {match: {frame: data, addr1: "02:00:00:00:00:01", addr2: 02:00:00:00:00:02}, action: {delay: 50ms}}
              - {action: {duplicate: 2}}
              - {name: fault2, match: {frame: eapol3, ssid: ""}, action: {corrupt: 8}}
            """).Faults;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(faults.Select(f => f.Name), Is.EqualTo(new[] { "eapol", "fault1", "fault3", "fault4", "fault2" }));
            Assert.That(faults[0].Match.Kinds.Single().Eapol, Is.Zero);
            Assert.That(faults[0].Match.To, Is.EqualTo(Pattern("sta1")));
            Assert.That(faults[0].Match.From, Is.EqualTo(RadioPattern.Any));
            Assert.That(faults[0].Count, Is.EqualTo(3));
            Assert.That(faults[0].Probability, Is.EqualTo(1));
            Assert.That(faults[1].Match.Kinds.Select(k => k.Subtype),
                Is.EqualTo(new FrameSubtype?[] { FrameSubtype.Beacon, FrameSubtype.ProbeResponse }));
            Assert.That(faults[1].Match.Ssid, Is.EqualTo("lab"));
            Assert.That(faults[1].Probability, Is.EqualTo(0.3));
            Assert.That(faults[1].Count, Is.Null);
            Assert.That(faults[2].Match.Kinds.Single().Type, Is.EqualTo(FrameType.Data));
            Assert.That(faults[2].Match.Receiver, Is.EqualTo(MacAddress.Parse("02:00:00:00:00:01")));
            Assert.That(faults[2].Match.Transmitter, Is.EqualTo(MacAddress.Parse("02:00:00:00:00:02")));
            Assert.That(faults[2].Action, Is.EqualTo(new DelayFault(TimeSpan.FromMilliseconds(50))));
            Assert.That(faults[3].Match.Kinds, Is.Empty);
            Assert.That(faults[3].Action, Is.EqualTo(new DuplicateFault(2)));
            Assert.That(faults[4].Match.Kinds.Single().Eapol, Is.EqualTo(3));
            Assert.That(faults[4].Match.Ssid, Is.Empty);
            Assert.That(faults[4].Action, Is.EqualTo(new CorruptFault(8)));
        }
    }

    [Test]
    public void TheScheduleIsReadInTheOrderOfTime()
    {
        var schedule = Read("""
            faults: [{name: noise, action: drop}]
            links: [{from: ap, to: sta1, snrDb: 30}]
            schedule:
              - {at: 10s, link: {from: ap, to: sta1, snrDb: 5}}
              - {at: 5s, radio: {radio: sta1, txPowerDbm: 3}}
              - {at: 10s, fault: {action: drop}}
              - {at: 11s, removeFault: noise}
              - {at: 12s, removeLink: {from: ap, to: sta1}}
              - {at: 13s, propagation: none}
              - {at: 14s, fading: rayleigh}
              - {at: 15s, errorTable: none}
              - {at: 16s, timing: airtime}
            """).Schedule;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schedule.Select(c => c.At.TotalSeconds), Is.EqualTo(new[] { 5, 10, 10, 11, 12, 13, 14, 15, 16 }));
            Assert.That(schedule.Select(c => c.Change.GetType()), Is.EqualTo(new[]
            {
                typeof(SetRadio), typeof(SetLink), typeof(SetFault), typeof(RemoveFault), typeof(RemoveLink),
                typeof(SetPropagation), typeof(SetFading), typeof(SetErrorTable), typeof(SetTiming),
            }));
            Assert.That(((SetFault)schedule[2].Change).Fault.Name, Is.EqualTo("fault1"));
        }
    }

    [Test]
    public void AllErrorsAreReportedAtOnceInTheOrderOfTheFile() => Assert.That(
        ErrorsOf("""
            radios:
              - {radio: stal, txPowerDbm: lots}
              - {position: [0, 0]}
            links:
              - {from: ap, to: sta1, snr: 3}
              - {from: ap, to: sta1, snrDb: .nan}
              - {from: ap, to: sta2, snrDb: 3}
              - {from: ap, to: sta2, snrDb: 4}
            fading: rice
            """),
        Is.EqualTo(new[]
        {
            "/lab/medium.yaml:3:13: error: no VM is called 'stal' (did you mean 'sta1'?); there are ap, sta1, sta2",
            "/lab/medium.yaml:3:31: error: 'txPowerDbm' is 'lots'; allowed: a number from -100 to 100 dBm",
            "/lab/medium.yaml:4:5: error: 'radio' is missing in 'radios'; give a VM ('ap'), a VM's radio ('ap/phy0' or 'ap/radio0'), the address of "
                + "a radio ('02:00:00:00:00:01') or all radios ('*')",
            "/lab/medium.yaml:4:16: error: 'position' has 2 values; allowed: a list of 3 numbers, each a number from -1000000 to 1000000 m",
            "/lab/medium.yaml:6:5: error: this link has neither 'snrDb' nor 'loss'; give one of them",
            "/lab/medium.yaml:6:26: error: unknown key 'snr' in 'links'; allowed: from, to, oneWay, snrDb, loss",
            "/lab/medium.yaml:7:33: error: 'snrDb' is '.nan'; allowed: a number from -50 to 150 dB",
            "/lab/medium.yaml:9:5: error: the link from 'ap' to 'sta2' is here a second time; the first is in line 8",
            "/lab/medium.yaml:10:9: error: 'fading' is 'rice'; allowed: none, rayleigh, rician, nakagami, or a mapping with 'model' and its "
                + "parameters",
        }));

    [TestCase("timing: airtme", "'timing' is 'airtme' (did you mean 'airtime'?); allowed: instant, airtime")]
    [TestCase("seed: -1", "'seed' is '-1'; allowed: a whole number from 0 to 18446744073709551615")]
    [TestCase("seed: 18446744073709551616", "'seed' is '18446744073709551616'")]
    [TestCase("seed: '1'", "'seed' is '1'; allowed")]
    [TestCase("radios: ap", "'radios' is 'ap'; allowed: a list of entries about radios")]
    [TestCase("radios: [ap]", "'radios' is 'ap'; it must be a mapping of radio, position,")]
    [TestCase("radios: [{radio: a b}]", "'radio' is 'a b'; allowed: a VM")]
    [TestCase("radios: [{radio: a/b/c}]", "'radio' is 'a/b/c'; allowed: a VM")]
    [TestCase("radios: [{radio: ff:ff:ff:ff:ff:ff}]", "'radio' is 'ff:ff:ff:ff:ff:ff'; allowed: a VM")]
    [TestCase("radios: [{radio: *}]", "(for all radios, write '*' in quotes)")]
    [TestCase("radios: [{radio: ap, txPowerDbm: 1}, {radio: ap, txPowerDbm: 1}]",
        "'ap' gets 'txPowerDbm' a second time here; the first is in line 2")]
    [TestCase("radios: [{radio: ap, position: [0, 0, 0]}, {radio: ap, waypoints: [{at: 1s, position: [0, 0, 0]}]}]",
        "'ap' gets a place a second time here")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[0, 0, 0], [9, 9, 0]], speed: [1, 2], elapsed: -1s}}]", "'elapsed' is '-1s'")]
    [TestCase("radios: [{radio: ap, position: [0, 0, 2e6]}]", "'position[2]' is '2e6'; allowed: a number from -1000000 to 1000000 m")]
    [TestCase("radios: [{radio: ap, position: [0, 0, Infinity]}]", "'position[2]' is 'Infinity'; allowed: a number")]
    [TestCase("radios: [{radio: ap, position: [0, 0, '1']}]", "'position[2]' is '1'; allowed: a number")]
    [TestCase("radios: [{radio: ap, position: 1}]", "'position' is '1'; allowed: a list of 3 numbers")]
    [TestCase("radios: [{radio: ap, velocity: [1, 0, 0]}]", "'velocity' without 'position'")]
    [TestCase("radios: [{radio: ap, position: [0, 0, 0], waypoints: []}]", "'waypoints' is beside 'position'; a radio moves one way")]
    [TestCase("radios: [{radio: ap, waypoints: []}]", "'waypoints' is an empty list; allowed: a list of at least one point")]
    [TestCase("radios: [{radio: ap, waypoints: [{at: 1s}]}]", "'position' is missing in 'waypoints'")]
    [TestCase("radios: [{radio: ap, waypoints: [{position: [0, 0, 0]}]}]", "'at' is missing in 'waypoints'; give a number and its unit")]
    [TestCase("radios: [{radio: ap, waypoints: [{at: 2s, position: [0, 0, 0]}, {at: 2s, position: [1, 0, 0]}]}]",
        "'at' is 2s, not later than the point before, 2s")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {speed: [1, 2]}}]", "'box' is missing in 'randomWaypoint'; give two corners")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[0, 0, 0], [9, 9, 0]]}}]",
        "'speed' is missing in 'randomWaypoint'; give the least and the most")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[0, 0, 0], [9, 9, 0]], speed: [0, 2]}}]",
        "'speed[0]' is '0'; allowed: a number from 0.001 to 10000 m/s")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[0, 0, 0], [9, 9, 0]], speed: [3, 2]}}]", "'speed' has the least above the most")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[0, 5, 0], [9, 4, 0]], speed: [1, 2]}}]",
        "'box' has a coordinate in its first corner that is above the second's")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[1, 1, 1], [1, 1, 1]], speed: [1, 2]}}]", "'box' is too small to move in")]
    [TestCase("radios: [{radio: ap, randomWaypoint: {box: [[1, 1, 1]], speed: [1, 2]}}]", "'box' is a list of 1; allowed: two corners")]
    [TestCase("links: [{from: ap, to: sta1, snrDb: 3, loss: 0}]", "this link has both 'snrDb' and 'loss'; give one of them")]
    [TestCase("links: [{from: ap, to: sta1, loss: 1.1}]", "'loss' is '1.1'; allowed: a number from 0 to 1")]
    [TestCase("links: [{from: ap, to: sta1, snrDb: 1e999}]", "'snrDb' is '1e999'; allowed: a number from -50 to 150 dB")]
    [TestCase("links: [{from: ap, to: sta1, snrDb: 3, oneWay: yes}]", "'oneWay' is 'yes'; allowed: true, false")]
    [TestCase("links: [{to: ap, snrDb: 3}]", "'from' is missing in 'links'")]
    [TestCase("links: [{from: ap, to: lab, snrDb: 3}]", "no VM is called 'lab'; there are ap, sta1, sta2")]
    [TestCase("propagation: {}", "'model' is missing in 'propagation'; give one of freeSpace, logDistance, ituIndoor, twoRayGround")]
    [TestCase("propagation: {model: freespace}", "'model' is 'freespace' (did you mean 'freeSpace'?); allowed: freeSpace,")]
    [TestCase("propagation: {model: none}", "'model' is 'none'; allowed: freeSpace,")]
    [TestCase("propagation: {model: freeSpace, exponent: 2}", "unknown key 'exponent' in 'propagation'; allowed: model, shadowingDb")]
    [TestCase("propagation: [freeSpace]", "'propagation' is a list; allowed: none, freeSpace,")]
    [TestCase("propagation:", "'propagation' is empty; allowed: none, freeSpace,")]
    [TestCase("propagation: {model: logDistance, exponent: 0}", "'exponent' is '0'; allowed: a number from 1 to 10")]
    [TestCase("fading: rician", "'k' is missing in 'fading'; give a number from 0 to 1000000: the steady part's power over the scattered part's")]
    [TestCase("fading: {model: rayleigh, k: 1}", "unknown key 'k' in 'fading'; allowed: model, coherenceTime")]
    [TestCase("fading: {model: rayleigh, coherenceTime: 20}",
        "'coherenceTime' is '20'; allowed: a number and its unit out of us, ms, s, m (minutes), h, such as 20ms or 1.5s, from 1us to 1h")]
    [TestCase("errorTable: ''", "'errorTable' is ''; allowed: none, or the path of a table")]
    [TestCase("faults: [{name: a}]", "'action' is missing in 'faults'; give drop, {delay: 50ms}")]
    [TestCase("faults: [{action: dorp}]", "'action' is 'dorp' (did you mean 'drop'?)")]
    [TestCase("faults: [{action: {}}]", "'action' has nothing in it")]
    [TestCase("faults: [{action: {delay: 1s, corrupt: 3}}]", "'action' has delay and corrupt in it")]
    [TestCase("faults: [{action: {delay: 2m}}]", "'delay' is '2m'; allowed: a number and its unit")]
    [TestCase("faults: [{action: {duplicate: 0}}]", "'duplicate' is '0'; allowed: a whole number from 1 to 100")]
    [TestCase("faults: [{action: drop, count: 0}]", "'count' is '0'; allowed: a whole number from 1 to 1000000000")]
    [TestCase("faults: [{action: drop, probability: 30}]", "'probability' is '30'; allowed: a number from 0 to 1")]
    [TestCase("faults: [{action: drop, name: 'a b'}]", "'name' is 'a b'; allowed: 1 to 64 characters")]
    [TestCase("faults: [{action: drop, name: a}, {action: drop, name: a}]", "a fault called 'a' is there already")]
    [TestCase("faults: [{action: drop, match: {frame: becon}}]",
        "'frame' is 'becon' (did you mean 'beacon'?); allowed: management, control, data, associationRequest,")]
    [TestCase("faults: [{action: drop, match: {addr1: x}}]", "'addr1' is 'x'; allowed: an address")]
    [TestCase("faults: [{action: drop, match: {to: sta9}}]", "no VM is called 'sta9' (did you mean 'sta1'?)")]
    [TestCase("faults: [{action: drop, match: {ssid: 123456789012345678901234567890123}}]", "33 bytes; allowed: a text of at most 32 bytes")]
    [TestCase("jammers: [{name: oven}]", "'freqMhz' is missing in 'jammers'; give a whole number from 1000 to 72000")]
    [TestCase("jammers: [{freqMhz: 2450}]", "'name' is missing in 'jammers'; give 1 to 64 characters")]
    [TestCase("jammers: [{name: oven, freqMhz: 2.45}]", "'freqMhz' is '2.45'; allowed: a whole number from 1000 to 72000")]
    [TestCase("jammers: [{name: oven, freqMhz: 2450, bandwidthMhz: 0}]", "'bandwidthMhz' is '0'; allowed: a whole number from 1 to 1000")]
    [TestCase("jammers: [{name: oven, freqMhz: 2450, dutyCycle: 0}]", "'dutyCycle' is '0'; allowed: a number from 0.001 to 1")]
    [TestCase("jammers: [{name: oven, freqMhz: 2450, period: 10us}]", "'period' is '10us'; allowed: a number and its unit")]
    [TestCase("jammers: [{name: oven, freqMhz: 2450}, {name: oven, freqMhz: 2412}]", "a jammer called 'oven' is there already")]
    [TestCase("jammers: [{name: a, freqMhz: 2450, period: 100us}, {name: b, freqMhz: 2450, period: 1ms}]",
        "'jammers' have 11000 bursts a second; allowed: at most 10000; give longer periods")]
    [TestCase("jammers: [{name: sta1, freqMhz: 2450}]", "'sta1' is a VM and a jammer; give them different names")]
    [TestCase("jammers: [{name: oven, freqMhz: 2450}]\nradios: [{radio: ovn, txPowerDbm: 1}]", "no VM is called 'ovn'")]
    [TestCase("schedule: [{at: 1s, removeJammer: oven}]", "'removeJammer' at 1s names 'oven', which no jammer is called")]
    [TestCase("schedule: [{at: 1s, removeWall: door}]", "'removeWall' at 1s names 'door', which no wall is called")]
    [TestCase("schedule: 3", "the schedule is '3'; it must be a list of changes, each with 'at'")]
    [TestCase("schedule: [{timing: airtime}]", "'at' is missing in 'schedule'")]
    [TestCase("schedule: [{at: 1s}]", "this change has nothing that changes; give one of link, removeLink,")]
    [TestCase("schedule: [{at: 1s, timing: airtime, fading: none}]", "this change has fading and timing; give one of link,")]
    [TestCase("schedule: [{at: 9000h, timing: airtime}]",
        "'at' is '9000h'; allowed: a number and its unit out of us, ms, s, m (minutes), h, such as 20ms or 1.5s, from 0s to 8760h")]
    [TestCase("schedule: [{at: 1s, removeFault: noise}]", "'removeFault' at 1s names 'noise', which no fault is called")]
    [TestCase("schedule: [{at: 1s, removeLink: {from: ap, to: sta1}}]", "'removeLink' at 1s is of a link from 'ap' to 'sta1', which is not given")]
    public void AWrongMediumIsOneError(string yaml, string expected)
    {
        string[] errors = ErrorsOf(yaml);
        Assert.That(errors, Has.Length.EqualTo(1), () => string.Join('\n', errors));
        Assert.That(errors[0], Does.Contain(expected));
    }

    [Test]
    public void VmsOfTheCommonSocketAreKnownByNumber()
    {
        Assert.That(() => DaemonConfiguration.Parse("socket: s\nlinks: [{from: vm7, to: vm12, snrDb: 3}]", "/lab/medium.yaml"), Throws.Nothing);
        Assert.That(
            () => DaemonConfiguration.Parse("socket: s\nlinks: [{from: vm7, to: ap, snrDb: 3}]", "/lab/medium.yaml"),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(
                "no VM is called 'ap'; there are vm1, vm2 and so on, which attach at the common 'socket'"));
    }

    [TestCase("radios", "{radio: '02:00:00:00:%X:%Y', txPowerDbm: 1}", MediumLimits.Radios)]
    [TestCase("faults", "{action: drop}", MediumLimits.Faults)]
    [TestCase("jammers", "{name: j%X%Y, freqMhz: 2450}", MediumLimits.Jammers)]
    [TestCase("walls", "{name: w%X%Y, from: [0, 0], to: [1, 0], lossDb: 3}", MediumLimits.Walls)]
    [TestCase("schedule", "{at: 1s, timing: airtime}", MediumLimits.Schedule)]
    public void ThereIsALimitToEach(string key, string item, int limit)
    {
        string Many(int count) => $"propagation: freeSpace\n{key}: [" + string.Join(',', Enumerable.Range(0, count).Select(i =>
            item.Replace("%X", $"{i >> 8:x2}", StringComparison.Ordinal).Replace("%Y", $"{i & 255:x2}", StringComparison.Ordinal))) + "]";
        Assert.That(() => Read(Many(limit)), Throws.Nothing);
        Assert.That(ErrorsOf(Many(limit + 1)).Single(), Does.Contain($"'{key}' has {limit + 1} entries; allowed: at most {limit}"));
    }

    [Test]
    public void AScheduleCannotExceedTheLimitsBitByBit()
    {
        string faults = string.Join(',', Enumerable.Range(0, MediumLimits.Faults + 1).Select(i => $"{{at: {i}s, fault: {{action: drop}}}}"));
        Assert.That(ErrorsOf($"schedule: [{faults}]").Single(), Does.Contain("'faults' has 257 entries; allowed: at most 256"));
    }
}
