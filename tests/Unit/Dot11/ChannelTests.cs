using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class ChannelTests
{
    [TestCase(2412, Band.Ghz2, 1)]
    [TestCase(2472, Band.Ghz2, 13)]
    [TestCase(2484, Band.Ghz2, 14)]
    [TestCase(5180, Band.Ghz5, 36)]
    [TestCase(5825, Band.Ghz5, 165)]
    [TestCase(5925, Band.Ghz5, 185)]
    [TestCase(5935, Band.Ghz6, 2)]
    [TestCase(5955, Band.Ghz6, 1)]
    [TestCase(7115, Band.Ghz6, 233)]
    public void FrequencyAndNumberNameOneChannel(int mhz, Band band, int number)
    {
        Assert.That(Channel.TryFromFrequency(mhz, out var channel), Is.True);
        Assert.That((channel.Band, channel.Number, channel.FrequencyMhz), Is.EqualTo((band, number, mhz)));
        Assert.That(Channel.TryFromNumber(band, number, out var same), Is.True);
        Assert.That(same, Is.EqualTo(channel));
    }

    [TestCase(0)]
    [TestCase(2407)]
    [TestCase(2413)]
    [TestCase(2477)]
    [TestCase(5181)]
    [TestCase(5930)]
    [TestCase(5940)]
    [TestCase(5960)]
    [TestCase(7120)]
    [TestCase(int.MinValue)]
    [TestCase(int.MaxValue)]
    public void BetweenTheChannelsIsNone(int mhz)
    {
        Assert.That(Channel.TryFromFrequency(mhz, out var channel), Is.False);
        Assert.That(channel, Is.EqualTo(default(Channel)));
    }

    [Test]
    public void EveryFrequencyIsOfAtMostOneChannelAndComesBack()
    {
        for (int mhz = 0; mhz < 8000; mhz++)
        {
            if (Channel.TryFromFrequency(mhz, out var channel)) Assert.That(channel.FrequencyMhz, Is.EqualTo(mhz));
        }
    }

    [Test]
    public void LegacyRatesAreHwsims()
    {
        Assert.That(LegacyRates.Of(Band.Ghz2).ToArray(), Is.EqualTo(new ushort[] { 10, 20, 55, 110, 60, 90, 120, 180, 240, 360, 480, 540 }));
        Assert.That(LegacyRates.Of(Band.Ghz5).ToArray(), Is.EqualTo(new ushort[] { 60, 90, 120, 180, 240, 360, 480, 540 }));
        Assert.That(LegacyRates.Of(Band.Ghz6).ToArray(), Is.EqualTo(LegacyRates.Of(Band.Ghz5).ToArray()));
    }
}
