using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class WallTests
{
    private static readonly WallConfiguration Door = new("door", new(5, -1), new(5, 1), new GivenWallLoss(12));

    private MediumConfiguration _medium = new();
    private LinkTable _table = new(new MediumConfiguration(), mediumNs: 0);

    private void Start(MediumConfiguration medium)
    {
        _medium = medium;
        _table = new LinkTable(medium, mediumNs: 0);
    }

    private void Apply(MediumChange change)
    {
        _medium = change.ApplyTo(_medium);
        _table.Apply(change, _medium, mediumNs: 0);
    }

    private static MediumConfiguration Rooms => new()
    {
        Radios = [At("a", 0), At("b", 10), At("c", 0, 10)],
        Propagation = new FreeSpacePropagation(),
        Walls = [Door],
    };

    [Test]
    public void APathThroughAWallLosesMore()
    {
        Start(Rooms);
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b"), c = _table.Add("c");
        Assert.Multiple(() =>
        {
            Assert.That(_table.Signal(a, b), Is.EqualTo(20 - 60.18 - 12).Within(0.01));
            Assert.That(_table.Signal(b, a), Is.EqualTo(_table.Signal(a, b)));
            Assert.That(_table.Signal(a, c), Is.EqualTo(20 - 60.18).Within(0.01), "no wall between");
        });
    }

    [Test]
    public void AMaterialLosesByTheFramesFrequency()
    {
        Start(Rooms with { Walls = [Door with { Loss = new WallSlab(WallMaterial.All.Single(m => m.Word == "concrete"), 20) }] });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        for (int again = 0; again < 2; again++)
        {
            Assert.That(_table.Of(a, b, 2437, 0).SignalDbm, Is.EqualTo(20 - 60.18 - 14.747).Within(0.01));
            Assert.That(_table.Of(a, b, 5180, 0).SignalDbm, Is.EqualTo(20 - 66.73 - 25.323).Within(0.01));
        }
    }

    [Test]
    public void AGivenLinkKnowsNoWalls()
    {
        Start(Rooms with { Links = [Snr("a", "b", 30)] });
        Assert.That(_table.Snr(_table.Add("a"), _table.Add("b")), Is.EqualTo(30));
    }

    [Test]
    public void ADoorOpensAndCloses()
    {
        Start(Rooms with { Propagation = new FreeSpacePropagation { ShadowingDb = 6 } });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        float closed = _table.Signal(a, b);
        Apply(new RemoveWall("door"));
        Assert.That(_table.Signal(a, b), Is.EqualTo(closed + 12).Within(1e-4), "the shadowing is the pair's");
        Apply(new SetWall(Door with { Loss = new GivenWallLoss(3) }));
        Assert.That(_table.Signal(a, b), Is.EqualTo(closed + 9).Within(1e-4));
        Apply(new SetWall(Door));
        Assert.That((_medium.Walls.Count, _table.Signal(a, b)), Is.EqualTo((1, closed)), "in place of the one of its name");
        Apply(new ReplaceMedium(Rooms with { Walls = [] }));
        Assert.That(_table.Signal(a, b), Is.EqualTo(20 - 60.18).Within(0.01));
    }

    [Test]
    public void ARadioThatWalksBehindAWallIsWeaker()
    {
        Start(Rooms with
        {
            Radios = [At("a", 0), new(Pattern("b")) { Motion = new LinearMotion(new(4.5, 0, 0), new(1, 0, 0)) }],
        });
        LinkEndpoint a = _table.Add("a"), b = _table.Add("b");
        float before = _table.Signal(a, b, 490 * Millisecond), after = _table.Signal(a, b, 510 * Millisecond);
        Assert.That(before - after, Is.EqualTo(12).Within(0.1));
    }

    [Test]
    public void WhatAGuestMakesUpIsANumber([Values(0, -5, int.MinValue, int.MaxValue)] int freqMhz)
    {
        Start(Rooms with { Walls = [.. WallMaterial.All.Select(m => Door with { Name = m.Word, Loss = new WallSlab(m, m.UsualThicknessCm) })] });
        Assert.That(float.IsFinite(_table.Of(_table.Add("a"), _table.Add("b"), freqMhz, 0).SignalDbm));
    }
}
