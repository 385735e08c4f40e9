using System.Globalization;
using System.Text.Json.Serialization;

namespace ShmWifi.Lab.Report;

/// <summary>One figure of a run.</summary>
/// <param name="Group">What it belongs to: a group of the bench, a scenario, a part of the demo.</param>
/// <param name="Figure">What was measured, such as "round trip, polling, p50".</param>
/// <param name="Unit">Of all numbers but the ratio: "ns", "ms", "frames/s", "Mbit/s", "1".</param>
/// <param name="Value">What it is, the median where there are rounds; NaN: nothing was measured.</param>
/// <param name="Spread">Largest less smallest round; null when there was one round.</param>
/// <param name="Baseline">The same figure of what it is compared with, in the same run; null when it is compared with nothing.</param>
/// <param name="Ratio">Median over the rounds of value / baseline of that round; null without baseline.</param>
/// <param name="Limit">What it must be, such as "≤ 1.15 × baseline"; null when the figure is only told.</param>
/// <param name="Met">Whether it is; null without limit.</param>
internal sealed record Row(
    string Group, string Figure, string Unit, double Value, double? Spread, double? Baseline, double? Ratio, string? Limit, bool? Met)
{
    /// <summary>What <see cref="Value"/> must be at least, where that is a number.</summary>
    public double? Low { get; init; }

    /// <summary>What it may be at most, where that is a number.</summary>
    public double? High { get; init; }

    /// <summary>The figure's column, such as "p50", where one thing has several figures: they are shown in one line; else null.</summary>
    public string? Part { get; init; }

    /// <summary>The value as it is shown.</summary>
    [JsonIgnore]
    public string ValueText => Number(Value, Low is null && High is null ? 3 : 4);

    /// <summary>A figure that is only told.</summary>
    public static Row Told(string group, string figure, string unit, double value) => new(group, figure, unit, value, null, null, null, null, null);

    /// <summary>A figure with limits; null: none on that side.</summary>
    public static Row Within(string group, string figure, string unit, double value, double? low, double? high)
    {
        bool isMet = value >= (low ?? double.NegativeInfinity) && value <= (high ?? double.PositiveInfinity);
        string limit = (low, high) switch
        {
            ({ } from, { } to) => $"{Number(from, 4)} .. {Number(to, 4)}",
            ({ } from, null) => $"≥ {Number(from, 4)}",
            _ => $"≤ {Number(high, 4)}",
        };
        return new Row(group, figure, unit, value, null, null, null, limit, isMet) { Low = low, High = high };
    }

    /// <summary>A number for a person, thousands grouped; "-" when nothing was measured.</summary>
    /// <param name="value">Null or NaN: nothing.</param>
    public static string Number(double? value, int digits = 3)
    {
        if (value is not { } number || double.IsNaN(number))
            return "-";
        double size = Math.Abs(number);
        if (number == Math.Floor(number) && size < 1e9)
            return number.ToString("#,0", CultureInfo.InvariantCulture);
        int decimals = digits - 1 - (int)Math.Floor(Math.Log10(size));
        return size < 1
            ? number.ToString($"G{digits}", CultureInfo.InvariantCulture)
            : number.ToString($"N{Math.Max(0, decimals)}", CultureInfo.InvariantCulture);
    }
}
