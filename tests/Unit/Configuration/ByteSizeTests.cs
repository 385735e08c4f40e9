using CsCheck;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class ByteSizeTests
{
    [TestCase("1K", 1024)]
    [TestCase("100M", 104_857_600)]
    [TestCase("0G", 0)]
    [TestCase("3T", 3_298_534_883_328)]
    public void ASizeIsANumberAndItsUnit(string text, long bytes)
    {
        Assert.That(ByteSize.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("M")]
    [TestCase("100")]
    [TestCase("1.5M")]
    [TestCase("-1M")]
    [TestCase("1MB")]
    [TestCase("1m")]
    [TestCase(" 1M")]
    [TestCase("9223372036854775807K")]
    public void AnythingElseIsNone(string text) => Assert.That(ByteSize.TryParse(text, out _), Is.False);

    [Test]
    public void WhatIsWrittenIsReadAsTheSame() => Gen.Long[0, long.MaxValue >> 11].Sample(kib =>
        ByteSize.TryParse(ByteSize.ToText(kib << 10), out long read) && read == kib << 10);

    [TestCase(1L << 30, "1G")]
    [TestCase(1536L << 20, "1536M")]
    [TestCase(0, "0K")]
    public void ASizeIsWrittenInTheLargestUnitThatItIsAMultipleOf(long bytes, string text) =>
        Assert.That(ByteSize.ToText(bytes), Is.EqualTo(text));
}
