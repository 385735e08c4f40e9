using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class ChangeTests
{
    private MediumConfiguration _medium = new();
    private LinkTable _table = new(new MediumConfiguration(), mediumNs: 0);

    private void Start(MediumConfiguration medium)
    {
        _medium = medium;
        _table = new LinkTable(medium, mediumNs: 0);
    }

    private void Apply(MediumChange change, long mediumNs = 0)
    {
        _medium = change.ApplyTo(_medium);
        _table.Apply(change, _medium, mediumNs);
    }

    [Test]
    public void ALinkComesChangesAndGoes()
    {
        Start(new());
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        Assert.That(_table.Signal(a, b), Is.EqualTo(-30));
        Apply(new SetLink(Snr("a", "b", 10)));
        Assert.That((_table.Snr(a, b), _table.Snr(b, a)), Is.EqualTo((10f, 10f)));
        Apply(new SetLink(Snr("a", "b", 20, oneWay: true)));
        Assert.That((_table.Snr(a, b), _table.Signal(b, a)), Is.EqualTo((20f, -30f)), "it took the place of the link of both ways");
        Apply(new RemoveLink(Pattern("a"), Pattern("b")));
        Assert.That((_table.Signal(a, b), _table.IsPerfect), Is.EqualTo((-30f, true)));
    }

    [Test]
    public void WhatWasUnderALinkIsThereAgainAfterIt()
    {
        Start(new() { Links = [Snr("*", "*", 40), Snr("b", "a", 30)] });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b"), c = _table.Add("c");
        Apply(new SetLink(Snr("a", "b", 10)));
        Assert.That((_table.Snr(a, b), _table.Snr(a, c)), Is.EqualTo((10f, 40f)));
        Apply(new RemoveLink(Pattern("a"), Pattern("b")));
        Assert.That(_table.Snr(a, b), Is.EqualTo(30));
        Apply(new RemoveLink(Pattern("b"), Pattern("a")));
        Assert.That(_table.Snr(a, b), Is.EqualTo(40));
    }

    [Test]
    public void ALinkThatIsSetAgainHoldsOverThoseSetBetween()
    {
        Start(new());
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        Apply(new SetLink(Snr("a", "b", 10)));
        Apply(new SetLink(Snr("*", "*", 40)));
        Assert.That(_table.Snr(a, b), Is.EqualTo(40));
        Apply(new SetLink(Snr("a", "b", 11)));
        Assert.That(_table.Snr(a, b), Is.EqualTo(11));
    }

    [Test]
    public void WhatIsSaidOfARadioHoldsAndLeavesTheRestAsItWas()
    {
        Start(new() { Radios = [new(Pattern("*")) { TxPowerDbm = 15 }, new(Pattern("a")) { TxPowerDbm = 10, NoiseFloorDbm = -80 }] });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        Apply(new SetRadio(new(Pattern("*")) { NoiseFloorDbm = -95 }));
        Assert.That((a.TxPowerDbm, a.NoiseFloorDbm, b.TxPowerDbm, b.NoiseFloorDbm), Is.EqualTo((10d, -95d, 15d, -95d)));
        Apply(new SetRadio(new(Pattern("*")) { TxPowerDbm = 1 }));
        Apply(new SetRadio(new(Pattern("a")) { AntennaGainDbi = 3 }));
        Assert.Multiple(() =>
        {
            Assert.That((a.TxPowerDbm, a.NoiseFloorDbm, a.AntennaGainDbi, b.TxPowerDbm), Is.EqualTo((1d, -95d, 3d, 1d)));
            Assert.That(_medium.Radios.Select(r => (r.Radio, r.TxPowerDbm, r.NoiseFloorDbm)), Is.Unique);
        });
    }

    [Test]
    public void EntriesOfOnePatternDoNotPileUp()
    {
        Start(new());
        for (int i = 0; i < 100; i++)
        {
            Apply(new SetRadio(new(Pattern("a")) { TxPowerDbm = i }));
            Apply(new SetRadio(new(Pattern("a")) { NoiseFloorDbm = -i }));
            Apply(new SetRadio(At("a", i) with { AntennaGainDbi = i }));
        }
        Assert.That(_medium.Radios, Has.Count.EqualTo(3));
        Assert.That(MediumText.ReadMedium(MediumWriter.ToYaml(_medium), "saved.yaml").Radios, Is.EqualTo(_medium.Radios));
    }

    [Test]
    public void AMotionStartsWhenItIsSaidAndOtherWordsOfTheRadioDoNotStartItAgain()
    {
        Start(new() { Propagation = new FreeSpacePropagation() });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        Assert.That(_table.Signal(a, b), Is.EqualTo(20 - 20.18).Within(0.01), "both at the origin, which counts as 0.1 m");
        Apply(new SetRadio(new(Pattern("a")) { Motion = new LinearMotion(new(10, 0, 0), new(9, 0, 0)) }), 100 * Second);
        Apply(new SetRadio(new(Pattern("a")) { TxPowerDbm = 0 }), 105 * Second);
        var late = _table.Add("a", "phy1");
        Assert.Multiple(() =>
        {
            Assert.That(a.PositionAt(100 * Second), Is.EqualTo(new Position(10, 0, 0)));
            Assert.That(a.PositionAt(110 * Second), Is.EqualTo(new Position(100, 0, 0)));
            Assert.That(late.PositionAt(110 * Second), Is.EqualTo(new Position(100, 0, 0)), "one that came later is on its way, too");
            Assert.That(_table.Signal(a, b, 110 * Second), Is.EqualTo(0 - 80.18).Within(0.01));
        });
    }

    [Test]
    public void TheSameMotionSaidAgainStartsAgain()
    {
        Start(new());
        var a = _table.Add("a");
        var change = new SetRadio(new(Pattern("a")) { Motion = new LinearMotion(default, new(1, 0, 0)) });
        Apply(change, 0);
        Apply(change, 10 * Second);
        Assert.That(a.PositionAt(15 * Second).X, Is.EqualTo(5));
    }

    [Test]
    public void PropagationAndFadingComeAndGo()
    {
        Start(new() { Radios = [At("a", 10)] });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        Assert.That(_table.Signal(a, b), Is.EqualTo(-30));
        Apply(new SetPropagation(new FreeSpacePropagation()));
        Assert.That(_table.Signal(a, b), Is.EqualTo(-40.18).Within(0.01));
        Apply(new SetPropagation(new LogDistancePropagation(4, 1) { ShadowingDb = 3 }));
        float shadowed = _table.Signal(a, b);
        Assert.That(shadowed, Is.Not.EqualTo(20 - 40.18 - 40).Within(0.01));
        Apply(new SetFading(new(0, TimeSpan.FromMilliseconds(10))));
        Assert.That(_table.Signal(a, b), Is.Not.EqualTo(shadowed));
        Apply(new SetFading(null));
        Assert.That(_table.Signal(a, b), Is.EqualTo(shadowed));
        Apply(new SetPropagation(null));
        Assert.That((_table.Signal(a, b), _table.IsPerfect), Is.EqualTo((-30f, true)));
    }

    [Test]
    public void ANewMediumIsAsOneThatStartedThen()
    {
        MediumConfiguration medium = new()
        {
            Seed = 5,
            Radios = [new(Pattern("a")) { Motion = new RandomWaypointMotion(default, new(50, 50, 0), 1, 2, TimeSpan.Zero) }],
            Links = [Snr("c", "*", 3)],
            Propagation = new FreeSpacePropagation { ShadowingDb = 5 },
            Fading = new(1, TimeSpan.FromMilliseconds(5)),
        };
        Start(new() { Links = [Snr("*", "*", 10)], Radios = [At("b", 77)] });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b"), c = _table.Add("c");
        _table.NextDraw(a, b);
        Assert.That(_table.Snr(a, b), Is.EqualTo(10));
        Apply(new ReplaceMedium(medium), 10 * Second);

        var fresh = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a2 = fresh.Add("a"), b2 = fresh.Add("b");
        Assert.Multiple(() =>
        {
            for (long ns = 0; ns < Second; ns += 3 * Millisecond)
                Assert.That(_table.Snr(a, b, (10 * Second) + ns), Is.EqualTo(fresh.Snr(a2, b2, ns)));
            Assert.That(_table.NextDraw(a, b), Is.EqualTo(fresh.NextDraw(a2, b2)));
            Assert.That(_table.Snr(a, c, 10 * Second), Is.Not.EqualTo(10));
        });
    }

    [Test]
    public void AnyChangesLeaveTheLinksAsAFreshTableHasThem()
    {
        var random = new Random(4);
        string[] names = ["*", "a", "b", "c", "a/phy0", "a/phy1", "02:00:00:00:00:01", "02:00:00:00:00:02"];
        string Name() => names[random.Next(names.Length)];
        Start(new() { Propagation = new LogDistancePropagation(3, 1) { ShadowingDb = 4 } });
        var radios = Attach(_table);
        for (int i = 0; i < 2000; i++)
        {
            MediumChange change = random.Next(5) switch
            {
                0 => new SetLink(Snr(Name(), Name(), random.Next(50), oneWay: random.Next(2) == 0)),
                1 => new SetLink(Loss(Name(), Name(), random.NextDouble())),
                2 when _medium.Links.Count > 0 => Removed(_medium.Links[random.Next(_medium.Links.Count)]),
                3 => new SetRadio(At(Name(), random.Next(100)) with { TxPowerDbm = random.Next(20) }),
                _ => new SetRadio(new(Pattern(Name())) { NoiseFloorDbm = -random.Next(100) }),
            };
            Apply(change);
            var fresh = new LinkTable(_medium, mediumNs: 0);
            var again = Attach(fresh);
            for (int from = 0; from < radios.Length; from++)
                for (int to = 0; to < radios.Length; to++)
                    if (_table.Of(radios[from], radios[to], Channel6, 0) != fresh.Of(again[from], again[to], Channel6, 0))
                        Assert.Fail($"change {i}, {change}: from {from} to {to}");
        }

        static RemoveLink Removed(LinkConfiguration link) => new(link.From, link.To);
        static LinkEndpoint[] Attach(LinkTable table) =>
        [
            table.Add("a", "phy0", new MacAddress(0x0200_0000_0001)), table.Add("a", "phy1"),
            table.Add("b", "phy0", new MacAddress(0x0200_0000_0002)), table.Add("c"),
        ];
    }
}
