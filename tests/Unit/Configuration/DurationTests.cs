using CsCheck;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class DurationTests
{
    [TestCase("0s", 0)]
    [TestCase("10s", 10_000_000)]
    [TestCase("20ms", 20_000)]
    [TestCase("1.5m", 90_000_000)]
    [TestCase(".5us", 0.5)]
    [TestCase("0.1us", 0.1)]
    [TestCase("2h", 7_200_000_000)]
    public void ADurationIsANumberAndItsUnit(string text, double microseconds)
    {
        Assert.That(Duration.TryParse(text, out var duration), Is.True);
        Assert.That(duration.TotalMicroseconds, Is.EqualTo(microseconds));
    }

    [TestCase("")]
    [TestCase("s")]
    [TestCase("10")]
    [TestCase("-1s")]
    [TestCase("+1s")]
    [TestCase("1e3s")]
    [TestCase("1,5s")]
    [TestCase("1 s")]
    [TestCase("NaNs")]
    [TestCase("1S")]
    [TestCase("1d")]
    [TestCase("99999999999999999999h")]
    [TestCase("2562047789h")]
    public void AnythingElseIsNone(string text) => Assert.That(Duration.TryParse(text, out _), Is.False);

    [TestCase(0, "0s")]
    [TestCase(1, "0.1us")]
    [TestCase(200_000, "20ms")]
    [TestCase(15_000_000, "1.5s")]
    [TestCase(100_000_000, "10s")]
    [TestCase(600_000_000, "1m")]
    [TestCase(900_000_000, "90s")]
    [TestCase(36_000_000_000, "1h")]
    public void ItsTextIsShort(long ticks, string text) => Assert.That(Duration.ToText(new(ticks)), Is.EqualTo(text));

    [Test]
    public void ItsTextIsReadAsTheSame() => Gen.Long.Sample(number =>
    {
        var duration = new TimeSpan(number & long.MaxValue);
        Assert.That(Duration.TryParse(Duration.ToText(duration), out var read), Is.True);
        Assert.That(read, Is.EqualTo(duration));
    }, iter: 2000);
}
