namespace ShmWifi.Lab.Report;

/// <summary>Values of one figure, and of its baseline, round by round.</summary>
internal sealed class Rounds
{
    private readonly List<double> _values = [];
    private readonly List<double> _baselines = [];

    /// <summary>A figure that was taken once.</summary>
    public static Rounds Once(double value, double? baseline = null)
    {
        var once = new Rounds();
        once.Add(value, baseline);
        return once;
    }

    /// <summary>Median of the values.</summary>
    public double Median => MedianOf(_values);

    /// <summary>Median of the ratios; NaN without baseline.</summary>
    public double MedianRatio => _baselines.Count == 0 ? double.NaN : MedianOf(_values.Zip(_baselines, static (value, baseline) => value / baseline));

    /// <summary>Median of some values; NaN without any.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Adds a round.</summary>
    /// <param name="baseline">What it is compared with, measured next to it. In all rounds or in none.</param>
    public void Add(double value, double? baseline = null)
    {
        _values.Add(value);
        if (baseline is { } one)
            _baselines.Add(one);
    }

    /// <summary>The row without a limit.</summary>
    public Row Tell(string group, string figure, string unit) => new(
        group, figure, unit, Median, _values.Count > 1 ? _values.Max() - _values.Min() : null,
        _baselines.Count > 0 ? MedianOf(_baselines) : null, _baselines.Count > 0 ? MedianRatio : null, null, null);

    /// <summary>The row with a limit.</summary>
    /// <param name="limit">What it must be.</param>
    public Row Judge(string group, string figure, string unit, string limit, bool met) => Tell(group, figure, unit) with { Limit = limit, Met = met };
}
