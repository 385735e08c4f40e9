using System.Text;
using Microsoft.Extensions.Logging;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

public sealed class LastEventFilesTests
{
    private string _folder = "";
    private LastEventFiles _files = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-events").FullName;
        _files = new LastEventFiles(_folder);
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void EachEngineHasItsOwn()
    {
        long nowNs = MonotonicClock.NowNs;
        var engines = _files.Write(
            [Event(7, "one", ns: nowNs - 1_500_000_000), Event(8, "two", LogLevel.Warning), Event(8, "three", LogLevel.Critical)]);
        Assert.That(engines, Is.EqualTo(new[] { 7, 8 }));
        Assert.That(_files.Find(9), Is.Null);
        Assert.That(Path.GetFileName(_files.Find(7)), Is.EqualTo("last-events-7.log"));
        string[] seven = File.ReadAllLines(_files.Find(7)!);
        Assert.That(seven, Has.Length.EqualTo(2));
        Assert.That(seven[0], Is.EqualTo("the last events of engine 7 of shm-medium"));
        Assert.That(seven[1], Does.EndWith(" one"));
        var age = DateTime.Now - DateTime.Parse(seven[1][..26], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(age.TotalSeconds, Is.InRange(1.5, 5));
        Assert.That(File.ReadAllText(_files.Find(8)!), Does.Match("^the last .*\n.* warning: two\n.* fatal: three\n$"));
    }

    [Test]
    public void WhatWouldSteerATerminalIsEscaped()
    {
        _files.Write([Event(7, "vm \e[2J\u202e and\r\n   at Somewhere()"), new EventRecord(0, 7, LogLevel.Information, (byte[])[(byte)'x', 0xc3])]);
        string[] lines = File.ReadAllLines(_files.Find(7)!);
        Assert.That(lines[1], Does.EndWith(@" vm \x1b[2J\xe2\x80\xae and\x0d"));
        Assert.That(lines[2], Is.EqualTo("       at Somewhere()"));
        Assert.That(lines[3], Does.EndWith(@" x\xc3"));
    }

    [Test]
    public void TheLatestAreKept()
    {
        string other = Path.Combine(_folder, "other.log");
        File.WriteAllText(other, "");
        for (int engine = 1; engine <= LastEventFiles.Kept + 3; engine++)
        {
            _files.Write([Event(engine, "")]);
            File.SetLastWriteTimeUtc(_files.Find(engine)!, DateTime.UtcNow.AddMinutes(engine - 100));
        }
        Assert.That(Enumerable.Range(1, LastEventFiles.Kept + 3).Where(engine => _files.Find(engine) is not null),
            Is.EqualTo(Enumerable.Range(4, LastEventFiles.Kept)));
        Assert.That(File.Exists(other), Is.True);
    }

    /// <summary>A queue's events die with the process that has them: the ring has an event when the call returns.</summary>
    [Test]
    public void WhatIsLoggedIsInTheRingAtOnce()
    {
        using var store = new LocalDescriptorStore();
        using var ring = EventRing.Open(store);
        using var log = new MediumLog(ring, []);
        log.Warn("something");
        log.RadioAbsent("ap", "phy7", "phy0");
        using var next = EventRing.Open(store);
        Assert.That(next.Left.Select(e => (e.Level, Text: Encoding.UTF8.GetString(e.Text.Span))), Is.EqualTo(new[]
        {
            (LogLevel.Warning, "something"),
            (LogLevel.Warning, "ap: no radio of it is called phy7, so what the medium says of that is of nobody; it has phy0"),
        }));
    }

    private static EventRecord Event(int engine, string text, LogLevel level = LogLevel.Information, long? ns = null) =>
        new(ns ?? MonotonicClock.NowNs, engine, level, Encoding.UTF8.GetBytes(text));
}
