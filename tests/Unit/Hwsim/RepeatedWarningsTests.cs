using ShmWifi.Hwsim;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class RepeatedWarningsTests
{
    [Test]
    public void TenAMinuteAreWrittenAndTheOthersCounted()
    {
        List<string> lines = [];
        var warnings = new RepeatedWarnings(lines.Add);
        const long Second = 1_000_000_000;
        for (int i = 0; i < 59; i++)
            warnings.Warn($"{i}", 5 + (i * Second));
        Assert.That(lines, Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"{i}")));
        lines.Clear();
        warnings.Warn("next", 65 * Second);
        Assert.That(lines, Is.EqualTo(new[] { "49 such lines were left out", "next" }));
    }
}
