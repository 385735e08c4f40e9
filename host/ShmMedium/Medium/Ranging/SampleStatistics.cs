using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Ranging;

/// <summary>Mean, variance and range of numbers that come one by one.</summary>
/// <remarks>Source: Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, Technometrics 4(3), 1962.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct SampleStatistics
{
    private double _squares;
    private double _least;
    private double _most;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Their mean; 0 of none.</summary>
    public double Mean { get; private set; }

    /// <summary>Unbiased; 0 of fewer than two.</summary>
    public readonly double Variance => Count < 2 ? 0 : _squares / (Count - 1);

    /// <summary>The largest less the smallest; 0 of none.</summary>
    public readonly double Spread => _most - _least;

    /// <summary>Adds one.</summary>
    public void Add(double value)
    {
        (_least, _most) = Count == 0 ? (value, value) : (Math.Min(_least, value), Math.Max(_most, value));
        double deviation = value - Mean;
        Mean += deviation / ++Count;
        _squares += deviation * (value - Mean);
    }
}
