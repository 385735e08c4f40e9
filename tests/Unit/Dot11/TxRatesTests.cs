using CsCheck;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class TxRatesTests
{
    private const ulong ThreeRates = 0x00ff_0007_0105_0203; // 3 twice, 5 once, 7 once by a count of 0

    [TestCase(0x00ff_00ff_0304_0500ul, 0x00ff_00ff_00ff_0100ul)]
    [TestCase(0x0102_0102_0102_000cul, 0x00ff_00ff_00ff_010cul)]
    public void WhoeverExpectsNoAcknowledgementSendsOnce(ulong asked, ulong used) =>
        Assert.That(new TxRates(asked).Used(1), Is.EqualTo(new TxRates(used)));

    [TestCase(0, 0x00ff_00ff_00ff_00fful, Description = "it was not sent")]
    [TestCase(1, 0x00ff_00ff_00ff_0103ul)]
    [TestCase(2, 0x00ff_00ff_00ff_0203ul)]
    [TestCase(3, 0x00ff_00ff_0105_0203ul)]
    [TestCase(4, 0x00ff_0107_0105_0203ul)]
    [TestCase(64, 0x00ff_0107_0105_0203ul, Description = "the chain has no more")]
    public void AttemptsUseTheChainFromItsStart(int attempts, ulong used) =>
        Assert.That(new TxRates(ThreeRates).Used(attempts), Is.EqualTo(new TxRates(used)));

    [TestCase(ThreeRates, 4)]
    [TestCase(0x0100_0100_00ff_0203ul, 2, Description = "what follows the end is nothing")]
    [TestCase(0xff00_ff00_ff00_ff00ul, 1020)]
    [TestCase(0x00ff_00ff_00ff_00fful, 0)]
    public void AttemptsCountUpToTheEnd(ulong rates, int attempts) => Assert.That(new TxRates(rates).Attempts, Is.EqualTo(attempts));

    [Test]
    public void AllAttemptsUseAllOfTheChain() => Gen.ULong.Sample(word =>
    {
        var asked = new TxRates(word);
        var used = asked.Used(asked.Attempts);
        if (asked.Attempts > 1)
            Assert.That(used.Attempts, Is.EqualTo(asked.Attempts));
        for (int rate = 0; rate < TxRates.MaxCount && asked.Attempts > 1 && asked.IndexAt(rate) >= 0; rate++)
            Assert.That((used.IndexAt(rate), used.AttemptsAt(rate)), Is.EqualTo((asked.IndexAt(rate), asked.AttemptsAt(rate))));
    }, iter: 2000);

    [TestCase(0, 0x00ff_00ff_00ff_00fful)]
    [TestCase(2, 0x00ff_00ff_0105_0203ul)]
    [TestCase(4, ThreeRates)]
    public void TheFirstAreCutOff(int count, ulong rates) => Assert.That(new TxRates(ThreeRates).First(count), Is.EqualTo(new TxRates(rates)));

    [Test]
    public void BytesAreTheWires()
    {
        byte[] wire = [3, 2, 5, 1, 7, 0, 0xff, 0];
        var rates = TxRates.Read(wire);
        byte[] written = new byte[TxRates.Size];
        rates.Write(written);

        Assert.That(rates.Word, Is.EqualTo(ThreeRates));
        Assert.That(written, Is.EqualTo(wire));
        Assert.That((rates.IndexAt(1), rates.IndexAt(3), rates.AttemptsAt(0), rates.AttemptsAt(2)), Is.EqualTo(((sbyte)5, TxRates.End, 2, 1)));
    }
}
