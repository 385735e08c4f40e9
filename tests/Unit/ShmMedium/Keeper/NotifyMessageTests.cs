using System.Text;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

/// <summary>What is said between keeper and engine, and what a keeper takes.</summary>
public sealed class NotifyMessageTests
{
    [Test]
    public void TheBytesAreThoseOfSystemd()
    {
        Assert.That(Encoding.ASCII.GetString(NotifyMessage.Keep("socket-0")), Is.EqualTo("FDSTORE=1\nFDPOLL=0\nFDNAME=socket-0"));
        Assert.That(Encoding.ASCII.GetString(NotifyMessage.Drop("socket-0")), Is.EqualTo("FDSTOREREMOVE=1\nFDNAME=socket-0"));
    }

    [Test]
    public void ARestartIsToldWhole()
    {
        var restart = new EngineRestart(7, new DateTimeOffset(2026, 11, 28, 7, 0, 1, TimeSpan.FromHours(1)),
            "watchdog:\nsilent = for 2 s", 81.5, Engine: 4711);
        Assert.That(EngineRestart.Of(NotifyMessage.Parse(NotifyMessage.Bytes(restart.ToLines()))),
            Is.EqualTo(restart with { Reason = "watchdog: silent = for 2 s" }));
        Assert.That(EngineRestart.Of(NotifyMessage.Parse("READY=1"u8)), Is.Null);
    }

    [Test]
    public void TheLatestRestartsAreRemembered()
    {
        IReadOnlyList<EngineRestart> restarts = [];
        for (int number = 1; number <= 20; number++)
            restarts = new EngineRestart(number, DateTimeOffset.UnixEpoch, "killed", 1, Engine: number).After(restarts);
        Assert.That(restarts.Select(r => r.Number), Is.EqualTo(Enumerable.Range(5, EngineRestart.Remembered)));
    }

    [Test]
    public void ADescriptorIsKeptReplacedAndDropped()
    {
        using var kept = new KeptDescriptors(limit: 2);
        Assert.That(kept.Apply(NotifyMessage.Parse(NotifyMessage.Keep("a")), new EventFd()), Is.Null);
        var second = new EventFd();
        Assert.That(kept.Apply(NotifyMessage.Parse(NotifyMessage.Keep("a")), second), Is.Null);
        Assert.That(kept.All.Select(k => (k.Key, k.Value)), Is.EqualTo(new[] { ("a", (FileDescriptor)second) }));
        Assert.That(kept.Apply(NotifyMessage.Parse(NotifyMessage.Drop("a")), descriptor: null), Is.Null);
        Assert.That(kept.Count, Is.Zero);
        Assert.That(() => second.Descriptor, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void NoMoreThanTheLimit()
    {
        using var kept = new KeptDescriptors(limit: 1);
        Assert.That(kept.Apply(NotifyMessage.Parse(NotifyMessage.Keep("a")), new EventFd()), Is.Null);
        var refused = new EventFd();
        Assert.That(kept.Apply(NotifyMessage.Parse(NotifyMessage.Keep("b")), refused), Is.EqualTo("more than 1 descriptors"));
        Assert.That(() => refused.Descriptor, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(kept.All.Select(k => k.Key), Is.EqualTo(new[] { "a" }));
    }

    [TestCase("FDSTORE=1")]
    [TestCase("FDSTORE=1\nFDNAME=")]
    [TestCase("FDSTORE=1\nFDNAME=a:b")]
    [TestCase("FDSTORE=1\nFDNAME=\u00e9")]
    [TestCase("FDSTORE=1\nFDNAME=a\u0001")]
    public void ANameThatIsNotAllowedKeepsNothing(string lines)
    {
        using var kept = new KeptDescriptors(limit: 2);
        var refused = new EventFd();
        Assert.That(kept.Apply(NotifyMessage.Parse(Encoding.UTF8.GetBytes(lines)), refused), Is.Not.Null);
        Assert.That(kept.Count, Is.Zero);
        Assert.That(() => refused.Descriptor, Throws.InstanceOf<ObjectDisposedException>(), "it does not leak");
    }

    [TestCase("")]
    [TestCase("\n\n=\n=1\nFDSTORE\nFDSTORE=\nREADY=11")]
    [TestCase("\0\u0001\u00ff")]
    public void WhatIsNoLineSaysNothing(string lines)
    {
        var message = NotifyMessage.Parse(Encoding.Latin1.GetBytes(lines));
        Assert.That(message.Says("FDSTORE") || message.Says("READY") || message.DescriptorName is not null, Is.False);
    }

    [Test]
    public void ADescriptorThatNobodyAskedToKeepIsClosed()
    {
        using var kept = new KeptDescriptors(limit: 2);
        var given = new EventFd();
        Assert.That(kept.Apply(NotifyMessage.Parse("WATCHDOG=1"u8), given), Is.Null);
        Assert.That(() => given.Descriptor, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void TheFirstRestartIsAtOnceAndTheTenthShortRunTheLast()
    {
        var backoff = new Backoff();
        double?[] waits = [.. Enumerable.Range(0, 10).Select(_ => backoff.Next(TimeSpan.Zero)?.TotalMilliseconds)];
        Assert.That(waits, Is.EqualTo(new double?[] { 0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, null }));
    }

    [Test]
    public void ALongRunBeginsAnew()
    {
        var backoff = new Backoff();
        for (int i = 0; i < 5; i++)
            _ = backoff.Next(TimeSpan.Zero);
        Assert.That(backoff.Next(Backoff.LongRun), Is.EqualTo(TimeSpan.Zero));
        Assert.That(backoff.Next(TimeSpan.Zero), Is.EqualTo(TimeSpan.Zero));
        Assert.That(backoff.Next(TimeSpan.Zero), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
    }
}
