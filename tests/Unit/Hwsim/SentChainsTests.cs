using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class SentChainsTests
{
    private static readonly TxRates Chain = new(0x00ff_0207_0205_0203); // rates 3, 5 and 7, two attempts each
    private const ulong Nothing = 0x00ff_00ff_00ff_00ff;
    private readonly Radio _radio = Radio(2);

    [TestCase(0x00ff_00ff_00ff_0103UL, TestName = "OneAttemptPasses")]
    [TestCase(0x00ff_0107_0205_0203UL, TestName = "AWholeChainPasses")]
    public void RatesOfTheFramePass(ulong rates)
    {
        var chains = new SentChains();
        chains.Add(_radio, cookie: 9, Chain);
        Assert.That(chains.Take(_radio, 9, new TxRates(rates)), Is.EqualTo(new TxRates(rates)));
    }

    [TestCase(0x00ff_00ff_00ff_0104UL, Nothing, TestName = "ARateThatTheFrameDoesNotHaveIsDropped")]
    [TestCase(0x00ff_00ff_017f_0103UL, 0x00ff_00ff_00ff_0103UL, TestName = "WhatComesBeforeItStays")]
    [TestCase(0x0105_0107_0180_0103UL, 0x00ff_00ff_00ff_0103UL, TestName = "WhatFollowsItDoesNot")]
    [TestCase(0x017f_017f_017f_01ffUL, Nothing, TestName = "WhatFollowsTheEndDoesNotEither")]
    [TestCase(0x00ff_00ff_0103_0105UL, Nothing, TestName = "ARateInAnothersPlaceIsDropped")]
    [TestCase(0x00ff_0103_0105_0203UL, 0x00ff_00ff_0105_0203UL, TestName = "SoItIsInALaterPlace")]
    public void OtherRatesDoNot(ulong rates, ulong expected)
    {
        var chains = new SentChains();
        chains.Add(_radio, cookie: 9, Chain);
        Assert.That(chains.Take(_radio, 9, new TxRates(rates)), Is.EqualTo(new TxRates(expected)));
    }

    [TestCase(1, 9UL)]
    [TestCase(2, 8UL)]
    [TestCase(2, 9UL + 1024)]
    [TestCase(63, ulong.MaxValue)]
    public void AnUnknownFrameHasNoStatus(int number, ulong cookie)
    {
        var chains = new SentChains();
        chains.Add(_radio, cookie: 9, Chain);
        Assert.That(chains.Take(number == 2 ? _radio : Radio(number), cookie, new TxRates(0x00ff_00ff_00ff_0103)), Is.EqualTo(TxRates.None));
    }

    [Test]
    public void RadiosThatCountAlikeDoNotMeet()
    {
        var chains = new SentChains();
        Radio[] radios = [.. Enumerable.Range(0, Abi.MaxRadios).Select(Radio)];
        foreach (var radio in radios)
            chains.Add(radio, cookie: 1, Chain);
        foreach (var radio in radios)
            Assert.That(chains.Take(radio, 1, Chain), Is.EqualTo(Chain));
    }

    /// <summary>A new radio counts its cookies anew.</summary>
    [Test]
    public void ARadioThatHasAnothersNumberDoesNotHaveItsChains()
    {
        var chains = new SentChains();
        chains.Add(_radio, cookie: 9, Chain);
        Assert.That(chains.Take(Radio(2), 9, Chain), Is.EqualTo(TxRates.None));
    }

    private static Radio Radio(int number) => new((ushort)number, hwsimId: 1, default);
}
