using Microsoft.Win32.SafeHandles;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

public sealed class MediumLedgerTests
{
    private LocalDescriptorStore _store = null!;

    [SetUp]
    public void SetUp() => _store = new LocalDescriptorStore();

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void TheNextEngineReadsTheTextThatWasWrittenLast([Values(1, 2, 7)] int texts)
    {
        var random = new Random(texts);
        string text = "";
        using (var first = MediumLedger.Open(_store))
        {
            Assert.That(first.Text, Is.Null);
            for (int i = 0; i < texts; i++)
                first.Write(text = new string((char)('a' + i), random.Next(1, 100_000)));
            Assert.That(first.Text, Is.EqualTo(text));
        }
        using var next = MediumLedger.Open(_store);
        Assert.That(next.Text, Is.EqualTo(text));
    }

    [Test]
    public void WhatAnotherVersionLeftIsKeptNoLonger()
    {
        using (var first = MediumLedger.Open(_store))
            first.Write("text");
        var kept = _store.Kept["medium"];
        using (var file = new SafeFileHandle(kept.Descriptor, ownsHandle: false))
            RandomAccess.Write(file, [99], fileOffset: 8); // version
        using var next = MediumLedger.Open(_store);
        Assert.That(next.Text, Is.Null);
        Assert.That(_store.Kept["medium"], Is.Not.Null.And.Not.SameAs(kept));
    }
}
