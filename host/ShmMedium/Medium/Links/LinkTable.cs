using System.Diagnostics.CodeAnalysis;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>How well every radio receives every other: given links, or propagation between places, with fading on top.</summary>
/// <remarks>The engine thread's alone. <see cref="Of"/> and <see cref="NextDraw"/> are called for each frame: they take no lock, and allocate
/// nothing but, where radios are many, room for the pairs of a sender, as they come. All that is random is a function of
/// the seed and of the radios' names, so the same names, frames and changes
/// gives the same results. Times are those of the medium's clock, ns.</remarks>
internal sealed partial class LinkTable
{
    /// <summary>Signal of a radio that sends with <see cref="RadioConfiguration.DefaultTxPowerDbm"/> over a link that neither a model nor an SNR
    /// says anything of, dBm: a strong one, as of a neighbour on the same desk.</summary>
    public const sbyte PerfectSignalDbm = -30;

    /// <summary>A radio that moves is where it was at the start of such a step, ns.</summary>
    public const long MobilityStepNs = 10_000_000;

    // Up to so many radios there is room for their pairs when they come, not by their first frames: 5 MB at most.
    private const int EagerRows = 256;

    // Pairs that draw numbers of their own where nobody goes on with them.
    private const int OwnDraws = 4096;

    private readonly CounterTable _draws;
    private LinkOverrides _overrides;
    private MediumConfiguration _medium;
    private ulong _fates; // RandomStream.Root of its seed
    private ulong _responseFates;
    private ulong _measurements;
    private long _sinceNs;
    private PathLossModel? _pathLoss;
    private FloorPlan? _plan;
    private BlockFading? _fading;

    private LinkEndpoint?[] _radios = new LinkEndpoint?[16];
    private LinkRow[] _rows = NoRows(16);

    /// <summary>Starts a medium without radios.</summary>
    /// <param name="mediumNs">Now: motions start here.</param>
    /// <param name="draws">Counts random numbers where the engine after this one goes on; null: it need not.</param>
    public LinkTable(MediumConfiguration medium, long mediumNs, CounterTable? draws = null)
    {
        ArgumentNullException.ThrowIfNull(medium);
        _draws = draws ?? new CounterTable(OwnDraws);
        Use(medium);
        Replace(LinkOverrides.Of(medium.Links), mediumNs);
    }

    /// <summary>Signal over such a link, dBm, of a radio that sends with <paramref name="txPowerDbm"/>.</summary>
    public static double PerfectSignalOf(double txPowerDbm) => PerfectSignalDbm + txPowerDbm - RadioConfiguration.DefaultTxPowerDbm;

    /// <summary>Whether all are received with their <see cref="LinkEndpoint.PerfectSignalDbm"/>: no link is given and no model is set.</summary>
    public bool IsPerfect => _medium.Links.Count == 0 && _pathLoss is null && _fading is null;

    /// <summary>How well <paramref name="to"/> receives <paramref name="from"/>.</summary>
    public LinkBudget Of(LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        ref var pair = ref PairOf(from, to.Index);
        if (!pair.IsFor(freqMhz, mediumNs))
            Compute(ref pair, from, to, freqMhz, mediumNs);
        return pair.Budget;
    }

    /// <summary>The same, with what was computed from it.</summary>
    /// <param name="to">The receiver's index.</param>
    public ref LinkFacts FactsOf(LinkEndpoint from, int to, int freqMhz, long mediumNs, out LinkBudget budget)
    {
        ref var row = ref _rows[from.Index];
        int place = row.PlaceOf(to, _radios.Length);
        ref var pair = ref row.PairAt(place);
        if (!pair.IsFor(freqMhz, mediumNs))
            Compute(ref pair, from, _radios[to]!, freqMhz, mediumNs);
        budget = pair.Budget;
        ref var facts = ref row.FactsAt(place);
        if (facts.SignalDbm != budget.SignalDbm || facts.SnrDb != budget.SnrDb)
            facts = new LinkFacts { SignalDbm = budget.SignalDbm, SnrDb = budget.SnrDb };
        return ref facts;
    }

    /// <summary>The pair's next random number for a frame, 0 to below 1, whatever other pairs drew.</summary>
    public float NextDraw(LinkEndpoint from, LinkEndpoint to) => Draw(_fates, from, to, DrawsOf(from, to.Index).First++);

    /// <summary>The same for an ACK or a CTS: a stream of its own, so that frames one way do not depend on how many came the other way.</summary>
    public float NextResponseDraw(LinkEndpoint from, LinkEndpoint to) =>
        Draw(_responseFates, from, to, DrawsOf(from, to.Index).Second++);

    /// <summary>Whether something of that chance happens to a frame: by <see cref="NextDraw"/>, whose number it uses up.</summary>
    /// <param name="to">The receiver's index.</param>
    public bool Happens(float chance, LinkEndpoint from, int to) =>
        IsBelow(chance, _fates, from, to, DrawsOf(from, to).First++);

    /// <summary>The same for an ACK or a CTS: by <see cref="NextResponseDraw"/>.</summary>
    public bool HappensToResponse(float chance, LinkEndpoint from, int to) =>
        IsBelow(chance, _responseFates, from, to, DrawsOf(from, to).Second++);

    /// <summary>The key of the random numbers of a measurement, the next of <paramref name="from"/>.</summary>
    public ulong NextMeasurement(LinkEndpoint from, LinkEndpoint to)
    {
        if (from.Measurements == 0)
            from.Measurements = _draws.Claim(from.Identity, (ulong)RandomPurpose.Measurement);
        return RandomStream.At(RandomStream.Key(_measurements, from.Identity, to.Identity), _draws[from.Measurements].First++);
    }

    /// <summary>Whether it is known where they are to each other: one of the two at least has a place.</summary>
    public static bool ArePlaced(LinkEndpoint a, LinkEndpoint b) => a.IsPlaced || b.IsPlaced;

    /// <summary>How far they are from each other, metres.</summary>
    public static double DistanceBetween(LinkEndpoint a, LinkEndpoint b, long mediumNs) => (a.PositionAt(mediumNs) - b.PositionAt(mediumNs)).Length;

    /// <summary>How many numbers a pair has drawn: for frames, and for responses.</summary>
    private ref CounterTable.Counter DrawsOf(LinkEndpoint from, int to)
    {
        ref var pair = ref PairOf(from, to);
        if (pair.Draws == 0)
            pair.Draws = _draws.Claim(from.Identity, _radios[to]!.Identity);
        return ref _draws[pair.Draws];
    }

    private bool IsBelow(float chance, ulong root, LinkEndpoint from, int to, ulong number) =>
        chance >= 1 || (chance > 0 && Draw(root, from, _radios[to]!, number) < chance);

    private static float Draw(ulong root, LinkEndpoint from, LinkEndpoint to, ulong number) =>
        RandomStream.UniformSingle(RandomStream.At(RandomStream.Key(root, from.Identity, to.Identity), number));

    [MemberNotNull(nameof(_medium))]
    private void Use(MediumConfiguration medium)
    {
        _medium = medium;
        _fates = RandomStream.Root(medium.Seed, RandomPurpose.Fate);
        _responseFates = RandomStream.Root(medium.Seed, RandomPurpose.ResponseFate);
        _measurements = RandomStream.Root(medium.Seed, RandomPurpose.Measurement);
    }

    private void Compute(ref LinkPair pair, LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        if (!pair.Known)
        {
            pair.Given = _overrides.Of(from, to);
            pair.ShadowingDb = _medium.Propagation is { } propagation ? Shadowing.GainDb(propagation, _medium.Seed, from, to) : 0;
            pair.Known = true;
        }

        pair.FreqMhz = freqMhz;
        (pair.FromNs, pair.ForNs) = (0, ulong.MaxValue);
        double signalDbm = PerfectSignalOf(from.TxPowerDbm);
        float loss = pair.Given?.Loss is { } given ? (float)given : float.NaN;
        if (float.IsNaN(loss))
        {
            if (pair.Given?.SnrDb is { } snrDb)
                signalDbm = to.NoiseFloorDbm + snrDb;
            else if (_pathLoss is not null)
                signalDbm = PropagatedDbm(ref pair, from, to, Math.Max(freqMhz, 1), mediumNs);
            if (_fading is not null)
                signalDbm += _fading.GainDb(from, to, pair.Hold(_sinceNs, _fading.CoherenceNs, mediumNs));
        }
        pair.Budget = new((float)signalDbm, (float)(signalDbm - to.NoiseFloorDbm), loss);
    }

    private double PropagatedDbm(ref LinkPair pair, LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        if (from.Moves || to.Moves)
            mediumNs = _sinceNs + (pair.Hold(_sinceNs, MobilityStepNs, mediumNs) * MobilityStepNs);
        Position there = from.PositionAt(mediumNs), here = to.PositionAt(mediumNs);
        double lossDb = Math.Max(_pathLoss!.LossDb(there, here, freqMhz), 0) + (_plan?.LossDb(there, here, freqMhz) ?? 0);
        return from.TxPowerDbm + from.AntennaGainDbi + to.AntennaGainDbi - lossDb + pair.ShadowingDb;
    }

    private ref LinkPair PairOf(LinkEndpoint from, int to) => ref _rows[from.Index].Of(to, _radios.Length);

    private static LinkRow[] NoRows(int count)
    {
        var rows = new LinkRow[count];
        Array.Fill(rows, new LinkRow());
        return rows;
    }
}
