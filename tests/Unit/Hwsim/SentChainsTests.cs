using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Datapath;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class SentChainsTests
{
    private static readonly TxRates Chain = new(0x00ff_0207_0205_0203); // rates 3, 5 and 7, two attempts each
    private const ulong Nothing = 0x00ff_00ff_00ff_00ff;

    [TestCase(0x00ff_00ff_00ff_0103UL, TestName = "OneAttemptPasses")]
    [TestCase(0x00ff_0107_0205_0203UL, TestName = "AWholeChainPasses")]
    [TestCase(0x00ff_00ff_0103_0105UL, TestName = "AnyOrderPasses")]
    public void RatesOfTheFramePass(ulong rates)
    {
        var chains = new SentChains();
        chains.Add(radio: 2, cookie: 9, Chain);
        Assert.That(chains.Check(2, 9, new TxRates(rates)), Is.EqualTo(new TxRates(rates)));
    }

    [TestCase(0x00ff_00ff_00ff_0104UL, Nothing, TestName = "ARateThatTheFrameDoesNotHaveIsDropped")]
    [TestCase(0x00ff_00ff_017f_0103UL, 0x00ff_00ff_00ff_0103UL, TestName = "WhatComesBeforeItStays")]
    [TestCase(0x0105_0107_0180_0103UL, 0x00ff_00ff_00ff_0103UL, TestName = "WhatFollowsItDoesNot")]
    [TestCase(0x017f_017f_017f_01ffUL, Nothing, TestName = "WhatFollowsTheEndDoesNotEither")]
    public void OtherRatesDoNot(ulong rates, ulong expected)
    {
        var chains = new SentChains();
        chains.Add(radio: 2, cookie: 9, Chain);
        Assert.That(chains.Check(2, 9, new TxRates(rates)), Is.EqualTo(new TxRates(expected)));
    }

    [TestCase(1, 9UL)]
    [TestCase(2, 8UL)]
    [TestCase(2, 9UL + 1024)]
    [TestCase(65535, ulong.MaxValue)]
    public void AnUnknownFrameHasNoStatus(int radio, ulong cookie)
    {
        var chains = new SentChains();
        chains.Add(radio: 2, cookie: 9, Chain);
        Assert.That(chains.Check((ushort)radio, cookie, new TxRates(0x00ff_00ff_00ff_0103)), Is.EqualTo(TxRates.None));
    }

    [Test]
    public void RadiosThatCountAlikeDoNotMeet()
    {
        var chains = new SentChains();
        for (ushort radio = 0; radio < 64; radio++)
            chains.Add(radio, cookie: 1, Chain);
        for (ushort radio = 0; radio < 64; radio++)
            Assert.That(chains.Check(radio, 1, Chain), Is.EqualTo(Chain));
    }
}
