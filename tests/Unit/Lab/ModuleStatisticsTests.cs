using ShmWifi.Lab;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Tests.Unit.Lab;

public class ModuleStatisticsTests
{
    private const string Text = """
        tx_frames 1
        tx_dropped 2
        rx_frames 3
        rx_refused 4
        rx_invalid 5
        doorbells 6
        doorbells_suppressed 7
        interrupts 8
        polls 9
        status_dropped 10
        clock_offset_ns -11
        clock_error_ns 12
        something_new 13

        """;

    [Test]
    public void EveryCounterIsReadAndWhatIsUnknownPassedOver() =>
        Assert.That(ModuleStatistics.Read(Text), Is.EqualTo(new ModuleStatistics(new ModuleCounters(1, 2, 3, 4, 5, 6, 8, 9, 10), -11)));

    [Test]
    public void AClockWithoutABoundIsUnknown() =>
        Assert.That(ModuleStatistics.Read(Text.Replace("clock_error_ns 12", "clock_error_ns 0")).ClockOffsetNs, Is.Null);

    [TestCase("polls 9", "polls nine", "'polls nine'")]
    [TestCase("polls 9", "polls", "'polls'")]
    [TestCase("polls 9", "", "no 'polls'")]
    public void AMistakeIsNamed(string line, string instead, string says) =>
        Assert.That(() => ModuleStatistics.Read(Text.Replace(line, instead)), Throws.TypeOf<LabException>().With.Message.Contains(says));
}
