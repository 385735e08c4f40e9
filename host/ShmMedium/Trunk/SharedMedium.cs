using NATS.Client.Core;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>Has all hosts carry out the same changes of the medium in the same order: docs/decisions/0028.</summary>
/// <remarks>The server numbers changes (<see cref="MediumStream"/>). A change is stored only after the latest that its host has carried out, so
/// that it was decided on the medium that it meets; each host carries out what is stored, its own, too. A host's table says how far it is.</remarks>
/// <param name="stream">Of the medium.</param>
/// <param name="isUp">Whether the server is there.</param>
/// <param name="isMediumElsewhere">Whether another host is there that has the medium.</param>
/// <param name="server">For people.</param>
/// <param name="note">Takes what other hosts changed; not all of many.</param>
/// <param name="warn">Takes what the operator should know; once each.</param>
internal sealed class SharedMedium(MediumEngine engine, MediumStream stream, Func<bool> isUp, Func<bool> isMediumElsewhere, string server,
    Action<string> note, Action<string> warn) : IMediumChanger, IDisposable
{
    private const int NotesAtOnce = 16;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_listening = TimeSpan.FromSeconds(1); // two tables of each other host
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3); // of who makes a change

    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly TokenBucket _notes = new(NotesAtOnce, perSecond: 1);
    private Revision? _taken; // null: this host has not joined the medium
    private DateTimeOffset _created; // of the stream
    private bool _wasTaken; // and the server has lost it
    private long _upSinceNs; // the server; 0: it is away
    private ulong _lastThen; // the latest entry that it had; later ones are of hosts that have the medium
    private long _missingSinceNs; // its JetStream; 0: it is there

    /// <summary>A state of the medium.</summary>
    /// <param name="Number">0: none of the hosts' common ones.</param>
    public sealed record Revision(ulong Number, MediumConfiguration Medium);

    /// <summary>What this host has.</summary>
    public Revision Current => Volatile.Read(ref _taken) ?? new Revision(0, engine.CurrentMedium);

    /// <summary>The server has no JetStream: what is changed here holds here alone.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Why changes do not hold on all hosts; null: they do.</summary>
    public string? Problem { get; private set; } = "this host has just started";

    /// <summary>Another host may have a later revision.</summary>
    public void Look()
    {
        lock (_news)
        {
            if (_news.CurrentCount == 0)
                _news.Release();
        }
    }

    /// <summary>Carries out what other hosts change, until the end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await _turn.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await CatchUpAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
            await Task.Delay(s_look, stop).ConfigureAwait(false); // whatever others say, no more often
            _ = await _news.WaitAsync(_taken is null && isUp() && !IsAlone ? s_look * 10 : s_tick, stop).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task ApplyAsync(Func<MediumConfiguration, MediumChange> decide)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            while (!await TryApplyAsync(decide, patience.Token).ConfigureAwait(false))
                await Task.Delay(s_look, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new MediumUnavailableException($"nothing was changed: {Problem ?? "other hosts change the medium all the time; try again"}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn.Dispose();
        _news.Dispose();
    }

    /// <returns>False: not yet.</returns>
    private async Task<bool> TryApplyAsync(Func<MediumConfiguration, MediumChange> decide, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await CatchUpAsync(cancellation).ConfigureAwait(false);
            if (IsAlone)
            {
                await engine.ApplyAsync(decide).ConfigureAwait(false);
                return true;
            }
            if (!isUp())
                throw new MediumUnavailableException($"nothing was changed: {Problem}");
            return _taken is not null && await TryStoreAsync(_taken, decide, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> TryStoreAsync(Revision before, Func<MediumConfiguration, MediumChange> decide, CancellationToken cancellation)
    {
        var change = decide(before.Medium);
        if (change is SetSchedule { Schedule.Count: 0 })
            return true; // there is none
        var entry = MediumEntry.Of(change, before.Medium);
        engine.Check(entry.Medium);
        if (entry.Medium.ErrorTable != before.Medium.ErrorTable)
        {
            throw Wrong("errorTable", "'errorTable' with 'trunk': the file would have to be on every host; give it in the configuration of each, and "
                + "start them again");
        }
        byte[] bytes = entry.ToBytes();
        if (MediumEntry.TryRead(bytes, out string problem) is not { } stored) // what other hosts would refuse
            throw Wrong("", $"other hosts could not take this medium: {problem}");
        ulong? revision;
        try
        {
            revision = await stream.TryAddAsync(bytes, before.Number, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NatsException or OperationCanceledException)
        {
            throw new MediumUnavailableException(
                $"{server} did not answer ({exception.Message}): whether the change will hold, 'shm-medium ctl get' tells when it is back");
        }
        if (revision is not { } number)
            return false;
        await CarryOutAsync(number, stored).ConfigureAwait(false);
        return true;

        static ConfigurationException Wrong(string field, string text) => new([new("the change", 0, 0, text) { Field = field }]);
    }

    /// <summary>Carries out what is stored and not carried out yet; joins the medium first.</summary>
    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        if (!isUp())
        {
            (_upSinceNs, _missingSinceNs) = (0, 0);
            Problem = $"no server answers at {server}, and other hosts would not know of it";
            return;
        }
        try
        {
            var looked = await stream.LookAsync(cancellation).ConfigureAwait(false);
            if (looked is not { } state)
            {
                GoOnAlone();
                return;
            }
            if (_upSinceNs == 0)
                (_upSinceNs, _lastThen) = (MonotonicClock.NowNs, state.Last);
            (IsAlone, _missingSinceNs) = (false, 0);
            if (_taken is { } taken && (state.Created != _created || state.Last < taken.Number))
                (_taken, _wasTaken, _lastThen) = (null, true, state.Created != _created ? 0 : state.Last);
            _created = state.Created;
            if (_taken is null)
                await JoinAsync(state, cancellation).ConfigureAwait(false);
            while (_taken is { } now && now.Number < state.Last)
                await TakeNextAsync(now.Number + 1, state, cancellation).ConfigureAwait(false);
            if (_taken is not null)
                Problem = null;
        }
        catch (Exception exception) when (exception is ConfigurationException or IOException)
        {
            Problem = $"this host cannot carry out a change: {exception.Message}";
            warn($"trunk: {Problem}");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException && !cancellation.IsCancellationRequested)
        {
            Problem = $"{server} does not answer as JetStream ({exception.Message}); does it allow this host what docs/trunk.md says?";
            if (isUp())
                warn($"trunk: {Problem}");
        }
    }

    /// <summary>The server has no JetStream; or not yet, as it has just started.</summary>
    private void GoOnAlone()
    {
        long nowNs = MonotonicClock.NowNs;
        Problem = "the server has no JetStream, so each host's changes are its own";
        if (_missingSinceNs == 0)
            _missingSinceNs = nowNs;
        if (IsAlone || nowNs - _missingSinceNs < (long)s_listening.TotalNanoseconds)
            return;
        (IsAlone, _taken) = (true, null);
        warn($"trunk: {server} has no JetStream: what ctl changes on this host holds on this host alone; give the server's configuration "
            + "'jetstream { store_dir: FOLDER }' (docs/trunk.md)");
    }

    /// <summary>Takes the medium that other hosts have; where none has it, this host's begins.</summary>
    private async Task JoinAsync(MediumStream.State state, CancellationToken cancellation)
    {
        // Who stored something meanwhile has it, though that host's table may not be here yet.
        bool isHeld = state.Last != _lastThen || (!_wasTaken && isMediumElsewhere());
        if (!isHeld && !_wasTaken && MonotonicClock.NowNs - _upSinceNs < (long)s_listening.TotalNanoseconds)
        {
            Problem = "this host has just started, and listens for others";
            return;
        }
        if (isHeld && await FindLatestAsync(state, cancellation).ConfigureAwait(false) is { } latest)
        {
            await TakeWholeAsync(state.Last, latest, isNew: !_wasTaken).ConfigureAwait(false);
            return;
        }
        var own = new MediumEntry(null, engine.CurrentMedium);
        byte[] bytes = own.ToBytes();
        if (MediumEntry.TryRead(bytes, out string problem) is null)
        {
            Problem = $"other hosts could not take this host's medium: {problem}";
            warn($"trunk: {Problem}");
            return;
        }
        if (await stream.TryAddAsync(bytes, state.Last, cancellation).ConfigureAwait(false) is { } revision)
            SetTaken(new Revision(revision, engine.CurrentMedium));
    }

    /// <returns>The latest that this host can take; where there is none, the latest that is sound; null: none is.</returns>
    private async Task<MediumEntry?> FindLatestAsync(MediumStream.State state, CancellationToken cancellation)
    {
        MediumEntry? latest = null;
        for (ulong revision = state.Last; revision != 0 && revision >= state.First; revision--)
        {
            if (await stream.ReadAsync(revision, cancellation).ConfigureAwait(false) is { Entry: var bytes }
                && MediumEntry.TryRead(bytes, out _) is { } entry)
            {
                if (CanTake(entry))
                    return entry;
                latest ??= entry;
            }
        }
        return latest;
    }

    private async Task TakeNextAsync(ulong revision, MediumStream.State state, CancellationToken cancellation)
    {
        if (revision < state.First || await stream.ReadAsync(revision, cancellation).ConfigureAwait(false) is not { } stored)
        {
            if (await FindLatestAsync(state, cancellation).ConfigureAwait(false) is { } latest && CanTake(latest))
                await TakeWholeAsync(state.Last, latest, isNew: false).ConfigureAwait(false);
            else
                SetTaken(new Revision(state.Last, engine.CurrentMedium));
            return;
        }
        string host = TrunkConfiguration.IsToken(stored.Host) ? stored.Host : "?";
        var entry = MediumEntry.TryRead(stored.Entry, out string problem);
        if (entry is not null && !CanTake(entry))
            (entry, problem) = (null, "it names another 'errorTable', which is each host's own");
        if (entry is null)
        {
            warn($"trunk: a change of host '{host}' is refused: {problem}");
            SetTaken(new Revision(revision, engine.CurrentMedium)); // by all hosts: it changes nothing
            return;
        }
        await CarryOutAsync(revision, entry).ConfigureAwait(false);
        if (_notes.TryTake(MonotonicClock.NowNs))
            note(MediumEntry.Shown($"changed by host {host}, revision {revision}: {(object?)entry.Change ?? "all of the medium was given again"}"));
    }

    /// <summary>Carries out a change after the one before it.</summary>
    private async Task CarryOutAsync(ulong revision, MediumEntry entry)
    {
        var change = entry.Change is { } known && IsSame(known.ApplyTo(engine.CurrentMedium), entry.Medium)
            ? known
            : new ReplaceMedium(entry.Medium);
        await engine.ApplyAsync(change).ConfigureAwait(false);
        SetTaken(new Revision(revision, engine.CurrentMedium));
    }

    /// <summary>Takes the medium of others in place of this host's, whatever has changed between.</summary>
    /// <param name="isNew">This host's is its configuration file's.</param>
    private async Task TakeWholeAsync(ulong revision, MediumEntry entry, bool isNew)
    {
        var own = engine.CurrentMedium;
        if (!CanTake(entry))
        {
            Problem = $"'errorTable' is {own.ErrorTable ?? "none"} here, and {entry.Medium.ErrorTable ?? "none"} on the other hosts; make it the "
                + "same in the configuration of all";
            warn($"trunk: this host does not take the other hosts' medium: {Problem}");
            return;
        }
        if (!IsSame(own, entry.Medium))
        {
            if (isNew)
            {
                warn("trunk: the medium of the other hosts is not as this host's configuration has it, by changes or by other files; theirs holds "
                    + $"here, too: {MediumDifference.Between(own, entry.Medium)}");
            }
            await engine.ApplyAsync(new ReplaceMedium(entry.Medium)).ConfigureAwait(false);
        }
        SetTaken(new Revision(revision, engine.CurrentMedium));
    }

    private bool CanTake(MediumEntry entry) => entry.Medium.ErrorTable == engine.CurrentMedium.ErrorTable; // a file is each host's own

    private void SetTaken(Revision revision)
    {
        Volatile.Write(ref _taken, revision);
        _wasTaken = false;
    }

    private static bool IsSame(MediumConfiguration one, MediumConfiguration other) =>
        ReferenceEquals(one, other) || MediumWriter.ToYaml(one) == MediumWriter.ToYaml(other);
}
