using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Configuration;

/// <summary>Media of every shape, made up by a seed.</summary>
internal sealed class AnyMedium(int seed)
{
    private readonly Random _random = new(seed);
    private int _names;

    public MediumConfiguration Medium()
    {
        var faults = Many(4, Fault);
        var jammers = Many(3, Jammer);
        var walls = Many(3, Wall);
        var links = Many(4, Link).DistinctBy(l => (l.From, l.To)).ToList();
        return new()
        {
            Timing = OneOf(Timing.Instant, Timing.Airtime),
            Seed = (ulong)_random.NextInt64(long.MinValue, long.MaxValue),
            Radios = [.. Many(5, Radio).DistinctBy(r => r.Radio)],
            Links = links,
            Propagation = walls.Count == 0 ? Propagation() : Model(),
            Walls = walls,
            Fading = Fading(),
            ErrorTable = ErrorTable(),
            Faults = faults,
            Jammers = jammers,
            Schedule = [.. Many(6, () => new ScheduledChange(Time(1000), Change(faults, jammers, walls, links))).OrderBy(c => c.At)],
        };
    }

    public T OneOf<T>(params T[] items) => items[_random.Next(items.Length)];

    public RadioPattern Pattern()
    {
        string[] texts = ["*", "ap", "sta1", "sta1/phy0", "null", "1.5", "0x10", "true", "-a", ".", "y", $"02:00:00:00:00:{_random.Next(256):x2}"];
        Assert.That(RadioPattern.TryParse(OneOf(texts), out var pattern), Is.True);
        return pattern;
    }

    private MediumChange Change(
        List<FaultConfiguration> faults, List<JammerConfiguration> jammers, List<WallConfiguration> walls, List<LinkConfiguration> links) =>
        _random.Next(13) switch
        {
            0 => new SetLink(Link()),
            1 when links.Count > 0 => new RemoveLink(links[0].From, links[0].To),
            2 => new SetRadio(Radio()),
            3 => new SetFault(Fault()),
            4 when faults.Count > 0 => new RemoveFault(faults[0].Name),
            5 => new SetPropagation(walls.Count == 0 ? Propagation() : Model()),
            6 => new SetFading(Fading()),
            7 => new SetErrorTable(ErrorTable()),
            8 => new SetJammer(Jammer()),
            9 when jammers.Count > 0 => new RemoveJammer(jammers[0].Name),
            10 when walls.Count > 0 => new SetWall(Wall()),
            11 when walls.Count > 0 => new RemoveWall(walls[0].Name),
            _ => new SetTiming(OneOf(Timing.Instant, Timing.Airtime)),
        };

    private RadioConfiguration Radio() => new(Pattern())
    {
        Motion = _random.Next(5) switch
        {
            0 => new LinearMotion(Position(), default),
            1 => new LinearMotion(Position(), new(Number(-5, 5), 0, Number(-5, 5))),
            2 => new WaypointMotion(
                [.. Enumerable.Range(0, _random.Next(1, 50)).Select(i => new Waypoint(TimeSpan.FromSeconds(i) + Time(0.9), Position()))]),
            3 => new RandomWaypointMotion(new(-1, -2, 0), new(Number(0, 9), Number(1, 9), 0), 0.5, Number(1, 2),
                Time(10))
            { Elapsed = OneOf(TimeSpan.Zero, Time(100)) },
            _ => null,
        },
        TxPowerDbm = Maybe(-20, 30),
        AntennaGainDbi = Maybe(-3, 20),
        NoiseFloorDbm = Maybe(-110, -80),
        DataRate = OneOf(null, DataRate.None, DataRate.He, DataRate.Eht, DataRate.Fixed(PhyRate.He(9, 2, 80)),
            DataRate.Fixed(PhyRate.Eht(13, 8, 320, GuardInterval.Ns3200))),
    };

    private LinkConfiguration Link()
    {
        var link = new LinkConfiguration(Pattern(), Pattern()) { OneWay = OneOf(true, false) };
        return OneOf(true, false) ? link with { SnrDb = Number(-50, 150) } : link with { Loss = Number(0, 1) };
    }

    private PropagationConfiguration? Propagation() => _random.Next(5) == 0 ? null : Model();

    private PropagationConfiguration Model()
    {
        PropagationConfiguration propagation = _random.Next(4) switch
        {
            0 => new FreeSpacePropagation(),
            1 => new LogDistancePropagation(Number(1, 10), Number(0.1, 10)),
            2 => new ItuIndoorPropagation(Maybe(20, 40), _random.Next(4), Maybe(0, 30)),
            _ => new TwoRayGroundPropagation(Number(1, 3)),
        };
        return propagation with { ShadowingDb = OneOf(0, Number(0, 12)) };
    }

    private FadingConfiguration? Fading() => _random.Next(4) switch
    {
        0 => new(0, Time(1)),
        2 => new(0, Time(1)) { NakagamiM = Number(0.5, 20) },
        1 => new(Number(0.1, 20), Time(1)),
        _ => null,
    };

    private FaultConfiguration Fault() => new($"f{_names++}", Match(), _random.Next(4) switch
    {
        0 => new DelayFault(Time(10)),
        1 => new DuplicateFault(_random.Next(1, 100)),
        2 => new CorruptFault(_random.Next(1, 100)),
        _ => new DropFault(),
    })
    {
        Probability = OneOf(1, Number(0, 1)),
        Count = OneOf<long?>(null, _random.Next(1, 1_000_000)),
    };

    private JammerConfiguration Jammer() => new($"j{_names++}", _random.Next(1000, 72_000))
    {
        BandwidthMhz = OneOf(20, _random.Next(1, 1000)),
        Period = TimeSpan.FromMilliseconds(0.1) + Time(10),
        DutyCycle = OneOf(1, Number(0.001, 1)),
    };

    private WallConfiguration Wall() => new($"w{_names++}", new(Number(-9, 0), Number(-9, 9)), new(Number(1, 9), Number(-9, 9)),
        OneOf<WallLoss>(new GivenWallLoss(Number(0, 99)), new WallSlab(OneOf([.. WallMaterial.All]), Number(0.1, 50))));

    private FrameMatch Match() => new()
    {
        Kinds = _random.GetItems([.. FrameKind.All], _random.Next(4)),
        From = Pattern(),
        To = Pattern(),
        Receiver = OneOf<MacAddress?>(null, MacAddress.Broadcast),
        Transmitter = OneOf<MacAddress?>(null, MacAddress.Parse("02:00:00:00:00:0a")),
        Ssid = OneOf(null, "", "lab", "null", "1e3", "a: b # c", "\"'\\", "ä\U0001F4E1", "\u0001\t\r\n\u0085\u2028\uFEFF", " a ", "{[", "*", "&a",
            "- ", "? ", "---", "..."),
    };

    private string? ErrorTable() => OneOf(null, "/lab/per.txt", "/lab/ä b/{per}: #.txt");

    private Position Position() => new(Number(-100, 100), Number(-1e6, 1e6), OneOf(0, 1e-7, Number(0, 3)));

    private double Number(double low, double high) => OneOf(Math.Ceiling(low), low + (_random.NextDouble() * (high - low)));

    private double? Maybe(double low, double high) => OneOf<double?>(null, Number(low, high));

    private TimeSpan Time(double seconds) => TimeSpan.FromTicks(1 + _random.NextInt64((long)(seconds * TimeSpan.TicksPerSecond / 10)) * OneOf(1, 10));

    private List<T> Many<T>(int most, Func<T> make) => [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => make())];
}
