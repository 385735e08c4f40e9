using System.Diagnostics.CodeAnalysis;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Medium.Links;

internal sealed partial class LinkTable
{
    // By pattern: when SetRadio last said how they move. All else moves since _sinceNs.
    private readonly Dictionary<RadioPattern, long> _motionsSinceNs = [];
    private readonly List<LinkEndpoint> _senders = [];
    private readonly List<LinkEndpoint> _receivers = [];

    /// <summary>A radio comes.</summary>
    /// <param name="number">Its port's number for it.</param>
    public LinkEndpoint Add(string vm, string radio, ReadOnlySpan<MacAddress> addresses, long mediumNs, int number = 0)
    {
        int index = Array.IndexOf(_radios, null);
        if (index < 0)
        {
            index = _radios.Length;
            Array.Resize(ref _radios, 2 * index);
            var rows = NoRows(_radios.Length);
            _rows.CopyTo(rows, 0);
            _rows = rows;
        }
        var model = new LinkEndpoint(index, vm, number);
        _radios[index] = model;
        if (_radios.Length <= EagerRows)
            Reserve();
        Update(model, radio, addresses, mediumNs);
        return model;
    }

    /// <summary>A radio's name or addresses changed.</summary>
    public void Update(LinkEndpoint model, string radio, ReadOnlySpan<MacAddress> addresses, long mediumNs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ulong before = model.Identity;
        model.Call(radio, addresses);
        if (model.Identity != before)
            ReleaseDraws(model);
        Resolve(model);
        ForgetAllOf(model);
    }

    /// <summary>A radio's guest tells its transmit power, dBm: it holds where the configuration says nothing of it.</summary>
    public void SetGuestTxPower(LinkEndpoint model, sbyte dbm)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.GuestTxPowerDbm == dbm)
            return;
        model.GuestTxPowerDbm = dbm;
        Resolve(model);
        OutdateAllOf(model);
    }

    /// <summary>A radio goes: its model must not be used any more.</summary>
    public void Remove(LinkEndpoint model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ReleaseDraws(model);
        _radios[model.Index] = null;
        _rows[model.Index] = new LinkRow();
        foreach (ref var row in _rows.AsSpan())
            if (row.Has(model.Index))
                row.Of(model.Index, _radios.Length) = default;
    }

    /// <summary>Carries a change out. What is not of links is ignored.</summary>
    /// <param name="mediumNs">Now: motions that the change speaks of start here.</param>
    /// <param name="given">The links of a whole new medium, if they are at hand: many take a while.</param>
    public void Apply(MediumChange change, MediumConfiguration after, long mediumNs, LinkOverrides? given = null)
    {
        ArgumentNullException.ThrowIfNull(after);
        var before = _medium;
        Use(after);
        switch (change)
        {
            case ReplaceMedium:
                Replace(given ?? LinkOverrides.Of(after.Links), mediumNs);
                break;
            case SetLink set:
                _overrides.Set(set.Link);
                Forget(set.Link.From, set.Link.To);
                break;
            case RemoveLink remove:
                _overrides.Remove(remove.From, remove.To);
                Forget(remove.From, remove.To);
                break;
            case RemoveJammer remove:
                foreach (var link in remove.LinksOf(before))
                    _overrides.Remove(link.From, link.To);
                break;
            case SetRadio set:
                if (set.Radio.Motion is not null)
                    _motionsSinceNs[set.Radio.Radio] = mediumNs;
                foreach (var radio in _radios)
                {
                    if (radio is null || !radio.Matches(set.Radio.Radio))
                        continue;
                    Resolve(radio);
                    OutdateAllOf(radio);
                }
                break;
            case SetWall or RemoveWall:
                UseWalls();
                foreach (ref var row in _rows.AsSpan())
                    foreach (ref var pair in row.Pairs)
                        pair.ForNs = 0;
                break;
            case SetPropagation or SetFading:
                UseModels();
                foreach (ref var row in _rows.AsSpan())
                    foreach (ref var pair in row.Pairs)
                        pair.Forget();
                break;
        }
    }

    /// <summary>The configuration that a medium can be started with to go on as this one would.</summary>
    /// <remarks>Places are as now, and motions go on from here. Given links and shadowing are as they were. Draws and fading start again.
    /// The schedule is left as it is.</remarks>
    public MediumConfiguration Snapshot(MediumConfiguration current, long mediumNs)
    {
        ArgumentNullException.ThrowIfNull(current);
        return current with
        {
            Radios = [.. current.Radios.Select(radio =>
                radio.Motion is { } motion ? radio with { Motion = Later(radio.Radio, motion, mediumNs) } : radio)],
        };
    }

    /// <summary>What a table of the same medium must know to move radios, and to fade, as this one does.</summary>
    /// <returns>Since when, ns of medium time: what is not among the motions, and those by the pattern of their radios.</returns>
    public (long SinceNs, IReadOnlyDictionary<string, long> Motions) Save() =>
        (_sinceNs, _motionsSinceNs.ToDictionary(motion => motion.Key.ToString(), motion => motion.Value, StringComparer.Ordinal));

    /// <summary>Goes on from there; before radios come, in a table that has started at the same time.</summary>
    public void Resume(IReadOnlyDictionary<string, long> motions)
    {
        foreach ((string radios, long sinceNs) in motions)
        {
            if (RadioPattern.TryParse(radios, out var pattern))
                _motionsSinceNs[pattern] = sinceNs;
        }
    }

    private MotionConfiguration Later(RadioPattern pattern, MotionConfiguration motion, long mediumNs) =>
        Trajectory.Of(motion, key: 0).Later(Math.Max(mediumNs - MotionSinceNs(pattern), 0));

    [MemberNotNull(nameof(_overrides))]
    private void Replace(LinkOverrides given, long mediumNs)
    {
        _sinceNs = mediumNs;
        _motionsSinceNs.Clear();
        _overrides = given;
        UseModels();
        UseWalls();
        foreach (ref var row in _rows.AsSpan())
        {
            foreach (ref var pair in row.Pairs)
                _draws.Release(pair.Draws);
            row.Pairs.Clear();
        }
        foreach (var radio in _radios)
            if (radio is not null)
                Resolve(radio);
    }

    private void ReleaseDraws(LinkEndpoint model)
    {
        _draws.Release(model.Measurements);
        model.Measurements = 0;
        foreach (ref var pair in _rows[model.Index].Pairs)
            Release(ref pair);
        foreach (ref var row in _rows.AsSpan())
            if (row.Has(model.Index))
                Release(ref row.Of(model.Index, _radios.Length));

        void Release(ref LinkPair pair)
        {
            _draws.Release(pair.Draws);
            pair.Draws = 0;
        }
    }

    private void UseModels()
    {
        _pathLoss = _medium.Propagation is { } propagation ? PathLossModel.Of(propagation) : null;
        _fading = _medium.Fading is { } fading ? new BlockFading(fading, _medium.Seed) : null;
    }

    private void UseWalls() => _plan = _medium.Walls.Count > 0 ? new FloorPlan(_medium.Walls) : null;

    // For each thing said of radios the last entry that matches holds.
    private void Resolve(LinkEndpoint model)
    {
        RadioConfiguration? motion = null;
        double txPowerDbm = model.GuestTxPowerDbm ?? RadioConfiguration.DefaultTxPowerDbm;
        model.AntennaGainDbi = 0;
        model.NoiseFloorDbm = RadioConfiguration.DefaultNoiseFloorDbm;
        model.DataRate = null;
        foreach (var radio in _medium.Radios)
        {
            if (!model.Matches(radio.Radio))
                continue;
            motion = radio.Motion is null ? motion : radio;
            txPowerDbm = radio.TxPowerDbm ?? txPowerDbm;
            model.AntennaGainDbi = radio.AntennaGainDbi ?? model.AntennaGainDbi;
            model.NoiseFloorDbm = radio.NoiseFloorDbm ?? model.NoiseFloorDbm;
            model.DataRate = radio.DataRate ?? model.DataRate;
        }
        model.SendWith(txPowerDbm);
        model.Move(motion?.Motion, _medium.Seed, motion is null ? _sinceNs : MotionSinceNs(motion.Radio));
    }

    private long MotionSinceNs(RadioPattern pattern) => _motionsSinceNs.GetValueOrDefault(pattern, _sinceNs);

    private void Forget(RadioPattern from, RadioPattern to)
    {
        _senders.Clear();
        _receivers.Clear();
        foreach (var radio in _radios)
        {
            if (radio is null)
                continue;
            if (radio.Matches(from))
                _senders.Add(radio);
            if (radio.Matches(to))
                _receivers.Add(radio);
        }
        foreach (var sender in _senders)
        {
            foreach (var receiver in _receivers)
            {
                Forget(sender.Index, receiver.Index);
                Forget(receiver.Index, sender.Index);
            }
        }
    }

    private void ForgetAllOf(LinkEndpoint radio)
    {
        for (int other = 0; other < _radios.Length; other++)
        {
            Forget(radio.Index, other);
            Forget(other, radio.Index);
        }
    }

    private void OutdateAllOf(LinkEndpoint radio)
    {
        for (int other = 0; other < _radios.Length; other++)
        {
            Outdate(radio.Index, other);
            Outdate(other, radio.Index);
        }
    }

    private void Forget(int from, int to)
    {
        if (_rows[from].Has(to))
            _rows[from].Of(to, _radios.Length).Forget();
    }

    private void Outdate(int from, int to)
    {
        if (_rows[from].Has(to))
            _rows[from].Of(to, _radios.Length).ForNs = 0;
    }

    private void Reserve()
    {
        for (int index = 0; index < _radios.Length; index++)
        {
            if (_radios[index] is not null)
                _rows[index].Reserve(_radios.Length);
        }
    }
}
