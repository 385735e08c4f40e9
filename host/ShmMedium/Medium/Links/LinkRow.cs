using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The pairs of one sender: of the receivers that were looked at, a few of very many radios.</summary>
internal struct LinkRow()
{
    private const int FirstPairs = 8;

    private int[] _places = []; // by receiver; 0: not looked at
    private LinkPair[] _pairs = []; // from 1
    private LinkFacts[] _facts = []; // of the same pairs, for who wants them
    private int _count = 1;

    /// <summary>All pairs.</summary>
    public readonly Span<LinkPair> Pairs => _count == 1 ? [] : _pairs.AsSpan(1, _count - 1);

    /// <summary>The pair with a receiver.</summary>
    /// <param name="radios">How many there may be.</param>
    public ref LinkPair Of(int receiver, int radios)
    {
        int place = PlaceOf(receiver, radios);
        return ref _pairs[place];
    }

    /// <summary>Where the pair with a receiver is.</summary>
    public int PlaceOf(int receiver, int radios)
    {
        int[] places = _places;
        int place = (uint)receiver < (uint)places.Length ? places[receiver] : 0;
        return place != 0 ? place : Add(receiver, radios);
    }

    /// <summary>The pair at a place.</summary>
    public readonly ref LinkPair PairAt(int place) => ref _pairs[place];

    /// <summary>What was computed from its link.</summary>
    public ref LinkFacts FactsAt(int place)
    {
        if (place >= _facts.Length)
            Array.Resize(ref _facts, _pairs.Length);
        return ref _facts[place];
    }

    /// <summary>Whether it was looked at.</summary>
    public readonly bool Has(int receiver) => receiver < _places.Length && _places[receiver] != 0;

    /// <summary>Makes room for pairs with all of so many radios.</summary>
    public void Reserve(int radios)
    {
        if (_places.Length < radios)
            Array.Resize(ref _places, radios);
        if (_pairs.Length <= radios)
            Array.Resize(ref _pairs, radios + 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(int receiver, int radios)
    {
        if (_places.Length < radios)
            Array.Resize(ref _places, radios);
        if (_count >= _pairs.Length)
            Array.Resize(ref _pairs, Math.Max(FirstPairs, 2 * _count));
        return _places[receiver] = _count++;
    }
}

/// <summary>What is known of one radio's way to another.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct LinkPair
{
    public LinkBudget Budget;
    public int FreqMhz;

    /// <summary>From when <see cref="Budget"/> holds.</summary>
    public long FromNs;

    /// <summary>And for how long; 0: not at all.</summary>
    public ulong ForNs;

    /// <summary>Counter of the numbers drawn; 0: it has none yet.</summary>
    public int Draws;

    /// <summary>Whether <see cref="Given"/> and <see cref="ShadowingDb"/> are.</summary>
    public bool Known;

    public LinkConfiguration? Given;
    public double ShadowingDb;

    /// <summary>Whether the budget is that of a frequency and a time.</summary>
    public readonly bool IsFor(int freqMhz, long mediumNs) => FreqMhz == freqMhz && (ulong)(mediumNs - FromNs) < ForNs;

    /// <summary>Lets the budget hold no longer than the step that a time is in; returns the step's number.</summary>
    /// <param name="sinceNs">Start of step 0.</param>
    /// <param name="mediumNs">The time; before <paramref name="sinceNs"/> counts as then.</param>
    public long Hold(long sinceNs, long stepNs, long mediumNs)
    {
        long step = Math.Max(mediumNs - sinceNs, 0) / stepNs;
        long start = sinceNs + (step * stepNs);
        if (ForNs == ulong.MaxValue)
        {
            (FromNs, ForNs) = (start, (ulong)stepNs);
            return step;
        }
        long end = Math.Min(FromNs + (long)ForNs, start + stepNs);
        FromNs = Math.Max(FromNs, start);
        ForNs = (ulong)(end - FromNs);
        return step;
    }

    /// <summary>The configuration says something else of it.</summary>
    public void Forget()
    {
        Known = false;
        ForNs = 0;
    }
}
