using System.Globalization;
using CsCheck;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Phy;

public class ErrorTableTests
{
    private string _path = "";

    [SetUp]
    public void MakePath() => _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.per");

    [TearDown]
    public void Remove() => File.Delete(_path);

    private ErrorModel Load(params string[] lines)
    {
        File.WriteAllLines(_path, lines);
        return ErrorModel.Load(_path);
    }

    private string[] Errors(params string[] lines)
    {
        var exception = Assert.Throws<ConfigurationException>(() => Load(lines))!;
        return [.. exception.Errors.Select(error => error.ToString().Replace(_path, "t.per", StringComparison.Ordinal))];
    }

    private static PhyRate Rate(string name) =>
        PhyRate.TryParse(name, out var rate) ? rate : throw new ArgumentException($"No such rate: {name}.", nameof(name));

    /// <summary>A wmediumd line: a signal, and the same PER for all twelve rates but for 54 Mbit/s.</summary>
    private static string Wmediumd(int dbm, double per, double perOf54) =>
        string.Join('\t',
            new[] { dbm, per }.Concat(Enumerable.Repeat(per, 10)).Append(perOf54).Select(number => number.ToString(CultureInfo.InvariantCulture)));

    [Test]
    public void ATableTakesThePlaceOfABuiltInCurve()
    {
        var model = Load(
            "# measured",
            "ofdm 54 length 1000 # octets",
            "  18   1",
            "  20   0.6",
            "  21   0.2",
            "  25   1e-3",
            "  30   0",
            "",
            "HT 7 length any",
            "  10 0.5",
            "  20 0.25");

        var rate = Rate("ofdm 54");
        Assert.That(model.Per(rate, 20, 1000), Is.EqualTo(0.6).Within(1e-4));
        Assert.That(model.Per(rate, 20.5f, 1000), Is.EqualTo(0.4).Within(1e-4), "between points");
        Assert.That(model.Per(rate, 20, 500), Is.EqualTo(1 - Math.Sqrt(0.4)).Within(1e-4), "half as long");
        Assert.That(model.Per(rate, 25, 1000), Is.EqualTo(1e-3).Within(1e-5));
        Assert.That(model.Per(rate, 18, 14), Is.EqualTo(1), "1 lets nothing through");
        Assert.That(model.Per(rate, 5, 14), Is.EqualTo(1));
        Assert.That(model.Per(rate, 30, 2304), Is.Zero);
        Assert.That(model.Per(rate, 50, 2304), Is.Zero);

        Assert.That(model.Per(Rate("ht 7"), 15, 14), Is.EqualTo(0.375).Within(1e-4));
        Assert.That(model.Per(Rate("ht 7"), 15, 2304), Is.EqualTo(0.375).Within(1e-4), "of any length");
        Assert.That(model.Per(Rate("ht 7"), -10, 100), Is.EqualTo(0.5).Within(1e-4), "below the first point");
        Assert.That(model.Per(Rate("ht 15 40"), 15 + 6.0206f, 100), Is.EqualTo(0.375).Within(1e-3), "twice the width and the streams");

        foreach (string other in new[] { "ofdm 48", "vht 7", "ht 6" })
            Assert.That(model.Per(Rate(other), 21, 1000), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate(other), 21, 1000)), other);
    }

    [Test]
    public void ABuiltInCurveThatIsWrittenAsATableIsTheSameCurve()
    {
        var lines = new List<string> { "vht 5 length 1458" };
        for (float snrDb = 10; snrDb <= 30; snrDb += 0.25f)
            lines.Add(FormattableString.Invariant($"{snrDb} {ErrorModel.BuiltIn.Per(Rate("vht 5"), snrDb, 1458)}"));
        var model = Load([.. lines]);

        for (float snrDb = 20.5f; snrDb <= 24; snrDb += 0.1f)
            Assert.That(model.Per(Rate("vht 5"), snrDb, 500), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate("vht 5"), snrDb, 500)).Within(0.003),
                $"{snrDb} dB");
    }

    [Test]
    public void EveryErrorNamesItsPlace() =>
        Assert.That(
            Errors(
                "ofdm 7 length 1000", // 1
                "1 1",
                "2 0",
                "ofdm 54", // 4
                "1 1",
                "ofdm 48 length 0", // 6
                "1 1",
                "  ht 12 length 1000", // 8
                "1 1",
                "ofdm 54 length any", // 10
                "1 1 1",
                "2 1.5",
                "2 0.5",
                "2 0.4",
                "1000 0",
                "ofdm 36 length 1000", // 16
                "1 0.5",
                "ofdm 24 length 1000",
                "1 0.5",
                "2 0.4",
                "ofdm 24 length 100", // 21
                "1 0.5",
                "2 nan"),
            Is.EqualTo(new[]
            {
                "t.per:1:1: error: 'ofdm 7' is no rate: dsss 1 | 2, cck 5.5 | 11, ofdm 6 to 54, ht 0 to 7, vht 0 to 9, he 0 to 11, eht 0 to 13",
                "t.per:4:1: error: 'ofdm 54' is no heading: write a rate and a length, such as 'ofdm 54 length 1000' or 'ht 7 length any'",
                "t.per:6:16: error: '0' is no length: 1 to 65535 octets of the PSDU, or 'any'",
                "t.per:8:3: error: 'ht 12' follows from 'ht 4': tables are for one stream, 20 MHz wide",
                "t.per:10:1: error: 'ofdm 54' needs two points or more: a line each, SNR in dB and PER",
                "t.per:11:1: error: 3 numbers: a point has two, SNR in dB and PER",
                "t.per:12:3: error: '1.5' is no PER: 0 to 1",
                "t.per:14:1: error: SNR must rise: 2 dB is above",
                "t.per:15:1: error: SNR must be from -100 to 100 dB",
                "t.per:16:1: error: 'ofdm 36' needs two points or more: a line each, SNR in dB and PER",
                "t.per:21:1: error: 'ofdm 24' has a table above already",
                "t.per:23:3: error: 'nan' is no PER: 0 to 1",
            }));

    [Test]
    public void AFileThatCannotBeReadIsAnErrorOfTheFile()
    {
        Assert.That(Errors("# nothing"), Is.EqualTo(new[] { "t.per: error: no table: the file is empty" }));
        Assert.That(() =>
            ErrorModel.Load(_path + ".absent"), Throws.TypeOf<ConfigurationException>().With.Message.Contains(": error: cannot be read: "));
        Assert.That(() =>
            ErrorModel.Load(Path.GetTempPath()), Throws.TypeOf<ConfigurationException>().With.Message.Contains(": error: cannot be read: "));
    }

    [Test]
    public void WmediumdsFileIsByDbmAboveANoiseOf91AndForAnyLength()
    {
        var model = Load("# RSSI [dBm]\t0\t1", Wmediumd(-75, 0.5, 1), Wmediumd(-74, 0.25, 0.75), Wmediumd(-73, 0, 0.125));

        Assert.That(model.Per(Rate("ofdm 54"), 91 - 75, 100), Is.EqualTo(1));
        Assert.That(model.Per(Rate("ofdm 54"), 91 - 74, 14), Is.EqualTo(0.75).Within(1e-4));
        Assert.That(model.Per(Rate("ofdm 54"), 91 - 74, 2304), Is.EqualTo(0.75).Within(1e-4));
        Assert.That(model.Per(Rate("ofdm 54"), 91 - 73, 100), Is.EqualTo(0.125).Within(1e-4));
        Assert.That(model.Per(Rate("ofdm 54"), 91 - 72, 100), Is.Zero, "above the last line");
        Assert.That(model.Per(Rate("dsss 1"), 91 - 75, 100), Is.EqualTo(0.5).Within(1e-4));
        Assert.That(model.Per(Rate("dsss 1"), 91 - 76, 100), Is.EqualTo(1), "below the first line");
        Assert.That(model.Per(Rate("ofdm 48"), 91 - 74, 100), Is.EqualTo(0.25).Within(1e-4));
        Assert.That(model.Per(Rate("ht 7"), 17, 100), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate("ht 7"), 17, 100)));
    }

    [Test]
    public void EveryErrorInWmediumdsFileNamesItsPlace() =>
        Assert.That(
            Errors("# RSSI", "-75 1 1 1", Wmediumd(-75, 1, 1), Wmediumd(-73, 0.5, -2),
                Wmediumd(-72, 0, 0).Replace("-72", "-72.5", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "t.per:2:1: error: 4 numbers: a line has 13, the signal in dBm and the PER of 12 rates, 1 to 54 Mbit/s",
                "t.per:4:1: error: -73 dBm after -75 dBm: the signal must rise by 1 dB a line",
                "t.per:4:49: error: '-2' is no PER: 0 to 1",
                "t.per:5:1: error: '-72.5' is no signal: an integer of dBm, -200 to 100",
            }));

    /// <summary>A line of as many columns, each with its own PER at -74 dBm; 1 below, 0 above.</summary>
    private static string[] Columns(int count)
    {
        return [Line(-75, _ => 1), Line(-74, column => (column + 1) / 32.0), Line(-73, _ => 0)];

        string Line(int dbm, Func<int, double> per) => string.Join('\t',
            Enumerable.Range(0, count).Select(per).Prepend(dbm).Select(number => number.ToString(CultureInfo.InvariantCulture)));
    }

    // Mininet-WiFi's tables of 802.11n.
    [Test]
    public void SixteenColumnsAreHtMcs0To15()
    {
        var model = Load(Columns(16));
        for (int mcs = 0; mcs < 16; mcs++)
        {
            Assert.That(model.Per(PhyRate.Ht(mcs), 91 - 74, 1000), Is.EqualTo((mcs + 1) / 32.0).Within(0.01), $"MCS {mcs}: by the whole signal");
            Assert.That(model.Per(PhyRate.Ht(mcs), 91 - 75.1f, 14), Is.EqualTo(1), $"MCS {mcs}");
            Assert.That(model.Per(PhyRate.Ht(mcs), 91 - 72.9f, 2304), Is.Zero, $"MCS {mcs}");
            Assert.That(model.Per(PhyRate.Ht(mcs, 40), 91 - 74 + 3.0103f, 1000), Is.EqualTo((mcs + 1) / 32.0).Within(0.01), $"MCS {mcs}, 40 MHz");
        }

        Assert.That(model.Per(PhyRate.Ht(16), 91 - 74 + 4.7712f, 1000), Is.EqualTo(1 / 32.0).Within(0.01), "three streams follow from one");
        Assert.That(model.Per(Rate("ofdm 54"), 17, 1000), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate("ofdm 54"), 17, 1000)));
        Assert.That(model.Per(Rate("vht 7"), 17, 1000), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate("vht 7"), 17, 1000)));
    }

    [Test]
    public void EightColumnsAreTheRatesOfOfdm()
    {
        var model = Load(Columns(8));
        Assert.That(model.Per(Rate("ofdm 6"), 17, 1000), Is.EqualTo(1 / 32.0).Within(1e-4));
        Assert.That(model.Per(Rate("ofdm 54"), 17, 1000), Is.EqualTo(8 / 32.0).Within(1e-4));
        Assert.That(model.Per(Rate("cck 11"), 17, 1000), Is.EqualTo(ErrorModel.BuiltIn.Per(Rate("cck 11"), 17, 1000)));
    }

    // As in Mininet-WiFi's: "529" where 0.529 was meant. wmediumd compares it with a number below 1.
    [Test]
    public void WhatIsAboveOneLosesEachFrameAsInWmediumdAndIsToldOf()
    {
        File.WriteAllLines(_path, [Wmediumd(-75, 1, 1), Wmediumd(-74, 0.25, 529), Wmediumd(-73, 0, 0)]);
        List<ConfigurationWarning> warnings = [];
        var model = ErrorModel.Load(_path, warnings);
        Assert.That(model.Per(Rate("ofdm 54"), 17, 100), Is.EqualTo(1));
        Assert.That(warnings.Select(w => w.ToString()),
            Is.EqualTo(new[] { $"{_path}:2:60: warning: '529' is above 1, and counts as 1, as in wmediumd: no frame gets through" }));
    }

    [Test]
    public void ANumberOfColumnsThatNoTableHasIsAnError() => Assert.That(
        Errors("-75 1 1 1", "-74 0 0 0").Single(),
        Is.EqualTo("t.per:1:1: error: 4 numbers: a line has the signal in dBm and the PER of each rate, so 9 (6 to 54 Mbit/s), 13 (1 to 54 Mbit/s), "
            + "17 (HT MCS 0 to 15)"));

    [Test]
    public void AnyTextLoadsOrIsRefused() =>
        Gen.String.Array.Sample(
            lines =>
            {
                try
                {
                    Load(lines);
                }
                catch (ConfigurationException exception)
                {
                    Assert.That(exception.Errors, Is.Not.Empty);
                }
            },
            iter: 300,
            threads: 1);
}
