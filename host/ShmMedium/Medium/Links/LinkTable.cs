using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>How well every radio receives every other: given links, or propagation between places, with fading on top.</summary>
/// <remarks>The engine thread's alone. <see cref="Of"/> and <see cref="NextDraw"/> are called for each frame: they take no lock, and allocate
/// nothing but, where radios are many, a sender's row, once. All that is random is a function of
/// the seed and of the radios' names, so the same names, frames and changes
/// gives the same results. Times are those of the medium's clock, ns.</remarks>
internal sealed partial class LinkTable
{
    /// <summary>Signal of a link that neither a model nor an SNR says anything of, dBm: a strong one, as of a neighbour on the same desk.</summary>
    public const sbyte PerfectSignalDbm = -30;

    /// <summary>A radio that moves is where it was at the start of such a step, ns.</summary>
    public const long MobilityStepNs = 10_000_000;

    // Up to so many radios their rows are made when they come, not by their first frames: 5 MB at most.
    private const int EagerRows = 256;

    private readonly LinkOverrides _overrides = new();
    private MediumConfiguration _medium;
    private long _sinceNs;
    private PathLossModel? _pathLoss;
    private BlockFading? _fading;

    private LinkEndpoint?[] _radios = new LinkEndpoint?[16];
    private Pair[][] _rows = NoRows(16);

    /// <summary>Starts a medium without radios.</summary>
    /// <param name="mediumNs">Now: motions start here.</param>
    public LinkTable(MediumConfiguration medium, long mediumNs)
    {
        ArgumentNullException.ThrowIfNull(medium);
        _medium = medium;
        Replace(mediumNs);
    }

    /// <summary>Whether every radio receives every other with <see cref="PerfectSignalDbm"/>: no link is given and no model is set.</summary>
    public bool IsPerfect => _medium.Links.Count == 0 && _pathLoss is null && _fading is null;

    /// <summary>How well <paramref name="to"/> receives <paramref name="from"/>.</summary>
    public LinkBudget Of(LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        ref var pair = ref PairOf(from, to);
        if (pair.FreqMhz != freqMhz || (ulong)(mediumNs - pair.FromNs) >= pair.ForNs)
            Compute(ref pair, from, to, freqMhz, mediumNs);
        return pair.Budget;
    }

    /// <summary>The pair's next random number for a frame, 0 to below 1, whatever other pairs drew.</summary>
    public float NextDraw(LinkEndpoint from, LinkEndpoint to) => Draw(RandomPurpose.Fate, from, to, PairOf(from, to).Draws++);

    /// <summary>The same for an ACK or a CTS: a stream of its own, so that frames one way do not depend on how many came the other way.</summary>
    public float NextResponseDraw(LinkEndpoint from, LinkEndpoint to) =>
        Draw(RandomPurpose.ResponseFate, from, to, PairOf(from, to).ResponseDraws++);

    private float Draw(RandomPurpose purpose, LinkEndpoint from, LinkEndpoint to, ulong number) =>
        RandomStream.UniformSingle(RandomStream.At(RandomStream.Key(_medium.Seed, purpose, from.Identity, to.Identity), number));

    private void Compute(ref Pair pair, LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        if (!pair.Known)
        {
            pair.Given = _overrides.Of(from, to);
            pair.ShadowingDb = _medium.Propagation is { } propagation ? Shadowing.GainDb(propagation, _medium.Seed, from, to) : 0;
            pair.Known = true;
        }

        pair.FreqMhz = freqMhz;
        (pair.FromNs, pair.ForNs) = (0, ulong.MaxValue);
        double signalDbm = PerfectSignalDbm;
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

    private double PropagatedDbm(ref Pair pair, LinkEndpoint from, LinkEndpoint to, int freqMhz, long mediumNs)
    {
        if (from.Moves || to.Moves)
            mediumNs = _sinceNs + (pair.Hold(_sinceNs, MobilityStepNs, mediumNs) * MobilityStepNs);
        double lossDb = _pathLoss!.LossDb(from.PositionAt(mediumNs), to.PositionAt(mediumNs), freqMhz);
        return from.TxPowerDbm + from.AntennaGainDbi + to.AntennaGainDbi - Math.Max(lossDb, 0) + pair.ShadowingDb;
    }

    private ref Pair PairOf(LinkEndpoint from, LinkEndpoint to)
    {
        var row = _rows[from.Index];
        if ((uint)to.Index >= (uint)row.Length)
            row = Lengthen(from.Index);
        return ref row[to.Index];
    }

    private void LengthenAll()
    {
        for (int index = 0; index < _radios.Length; index++)
        {
            if (_radios[index] is not null && _rows[index].Length < _radios.Length)
                Lengthen(index);
        }
    }

    // Of more radios a row is there from its radio's first frame on: those that only listen need none.
    private Pair[] Lengthen(int index)
    {
        Array.Resize(ref _rows[index], _radios.Length);
        return _rows[index];
    }

    private static Pair[][] NoRows(int count)
    {
        var rows = new Pair[count][];
        Array.Fill(rows, []);
        return rows;
    }

    /// <summary>What is known of one radio's way to another.</summary>
    private struct Pair
    {
        public LinkBudget Budget;
        public int FreqMhz;

        /// <summary>From when <see cref="Budget"/> holds.</summary>
        public long FromNs;

        /// <summary>And for how long; 0: not at all.</summary>
        public ulong ForNs;

        /// <summary>Numbers drawn for frames.</summary>
        public ulong Draws;

        /// <summary>Numbers drawn for responses.</summary>
        public ulong ResponseDraws;

        /// <summary>Whether <see cref="Given"/> and <see cref="ShadowingDb"/> are.</summary>
        public bool Known;

        public LinkConfiguration? Given;
        public double ShadowingDb;

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
    }
}
