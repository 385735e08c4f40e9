using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A PPDU that reaches into a range of the spectrum.</summary>
/// <param name="Share">How much of its power is there, above 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Overlap(Ppdu Ppdu, float Share);

/// <summary>The PPDUs on the medium that reach into one range of the spectrum; found again only after one began or ended.</summary>
internal sealed class Overlaps
{
    private Overlap[] _found = new Overlap[4];
    private int _count;
    private FrequencyRange _range;
    private long _version = -1;

    /// <summary>All of them, in the order of those on the medium.</summary>
    /// <param name="itself">Not counted.</param>
    /// <param name="active">Those on the medium.</param>
    /// <param name="version">Changes when they do.</param>
    public ReadOnlySpan<Overlap> With(FrequencyRange range, Ppdu? itself, ReadOnlySpan<Ppdu> active, long version)
    {
        if (version != _version || range != _range)
            Find(range, itself, active, version);
        return _found.AsSpan(0, _count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Find(FrequencyRange range, Ppdu? itself, ReadOnlySpan<Ppdu> active, long version)
    {
        (_version, _range, _count) = (version, range, 0);
        foreach (var ppdu in active)
        {
            if (ppdu != itself && ppdu.Range.OverlapMhz(range) > 0)
                Add(new Overlap(ppdu, ppdu.Range.ShareIn(range)));
        }
    }

    private void Add(Overlap overlap)
    {
        if (_count == _found.Length)
            Array.Resize(ref _found, 2 * _count);
        _found[_count++] = overlap;
    }
}
