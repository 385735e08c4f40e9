using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

public sealed unsafe class CounterTableTests
{
    private const int Capacity = 3;
    private readonly byte[] _memory = GC.AllocateArray<byte>((int)CounterTable.SizeFor(Capacity), pinned: true);

    [SetUp]
    public void Begin() => Array.Clear(_memory);

    [Test]
    public void WhoTakesItOverGoesOnCounting()
    {
        var first = New();
        first[first.Claim(1, 2)].First = 10;
        first[first.Claim(1, 3)].Second = 20;

        var next = New();
        Assert.That(next[next.Claim(1, 3)].Second, Is.EqualTo(20));
        Assert.That(next[next.Claim(1, 2)].First, Is.EqualTo(10));
        Assert.That(next[next.Claim(1, 2)].First, Is.Zero, "another one of that key");
    }

    [Test]
    public void WhatWasReleasedOrForgottenBeginsAnew()
    {
        var first = New();
        int released = first.Claim(1, 2);
        first[released].First = 10;
        first[first.Claim(1, 3)].First = 20;
        first.Release(released);

        var next = New();
        Assert.That(next[next.Claim(1, 2)].First, Is.Zero);
        next.ForgetLeft();
        Assert.That(next[next.Claim(1, 3)].First, Is.Zero);
    }

    [Test]
    public void WhoFindsNoRoomSharesOneUntilThereIs()
    {
        var table = New();
        int[] own = [.. Enumerable.Range(1, Capacity).Select(key => table.Claim((ulong)key, 0))];
        Assert.That(own, Is.Unique.And.None.Zero);
        Assert.That(table.Claim(9, 0), Is.Zero);
        table.Release(own[1]);
        Assert.That(table.Claim(9, 0), Is.EqualTo(own[1]));
    }

    private CounterTable New()
    {
        fixed (byte* memory = _memory) // it is pinned
            return new CounterTable(memory, Capacity);
    }
}
