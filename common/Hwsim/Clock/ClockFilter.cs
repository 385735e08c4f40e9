namespace ShmWifi.Hwsim.Clock;

/// <summary>Follows the host's clock by exchanges of very different quality.</summary>
/// <remarks>
/// An exchange that took short bounds the offset tightly; one that waited for an interrupt hardly does. So of the last
/// <see cref="Window"/> samples the tightest counts, its bound widened by what the clocks can have drifted since. The drift
/// itself is learned from the tightest samples of earlier windows: the longer ago, the better.
/// A sample that the estimate excludes means that a clock jumped (the VM was paused): all earlier ones are forgotten.
/// </remarks>
internal sealed class ClockFilter
{
    /// <summary>Samples that compete.</summary>
    public const int Window = 8;

    /// <summary>Two unsynchronised clocks of machines that work drift apart by less.</summary>
    public const double MaxSkew = 500e-6;

    private const int Anchors = 8;

    private readonly ClockSample[] _samples = new ClockSample[Window];
    private readonly ClockSample[] _anchors = new ClockSample[Anchors];
    private int _added;
    private int _anchored;

    /// <summary>Times that a clock jumped.</summary>
    public int Jumps { get; private set; }

    /// <summary>Takes a sample.</summary>
    /// <param name="sample">Later than all before.</param>
    public ClockEstimate Add(ClockSample sample)
    {
        if (_added > 0 && IsExcluded(sample))
        {
            Jumps++;
            _added = _anchored = 0;
        }
        _samples[_added++ % Window] = sample;
        if (_added % Window == 0)
            _anchors[_anchored++ % Anchors] = FindTightest();
        return Estimate(sample.AtNs);
    }

    private ClockEstimate Estimate(long nowNs)
    {
        (double skew, double uncertainty) = LearnSkew();
        ClockEstimate best = default;
        for (int i = 0; i < Math.Min(_added, Window); i++)
        {
            var sample = _samples[i];
            long age = nowNs - sample.AtNs;
            long error = sample.ErrorNs + (long)(uncertainty * age);
            if (i == 0 || error < best.ErrorNs)
                best = new ClockEstimate(nowNs, sample.OffsetNs + (long)(skew * age), skew, error);
        }
        return best;
    }

    private bool IsExcluded(ClockSample sample)
    {
        var expected = Estimate(sample.AtNs);
        return Math.Abs(sample.OffsetNs - expected.OffsetNs) > sample.ErrorNs + expected.ErrorNs;
    }

    private (double Skew, double Uncertainty) LearnSkew()
    {
        double skew = 0, uncertainty = MaxSkew;
        if (_anchored == 0)
            return (skew, uncertainty);
        var now = FindTightest();
        for (int i = 0; i < Math.Min(_anchored, Anchors); i++)
        {
            var then = _anchors[i];
            double elapsed = now.AtNs - then.AtNs;
            if (elapsed <= 0)
                continue;
            double bound = (now.ErrorNs + then.ErrorNs) / elapsed;
            double slope = (now.OffsetNs - then.OffsetNs) / elapsed;
            if (bound < uncertainty && Math.Abs(slope) <= MaxSkew)
                (skew, uncertainty) = (slope, bound);
        }
        return (skew, uncertainty);
    }

    private ClockSample FindTightest()
    {
        var tightest = _samples[0];
        for (int i = 1; i < Math.Min(_added, Window); i++)
        {
            if (_samples[i].ErrorNs < tightest.ErrorNs)
                tightest = _samples[i];
        }
        return tightest;
    }
}
