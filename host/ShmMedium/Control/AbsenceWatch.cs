using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Tells of a VM that is on the medium, but not with the radios by which links, faults and others name it.</summary>
/// <remarks>
/// It looks when neither the medium's configuration nor its radios have changed between two ticks of a clock: radios come one after the other. What
/// was told is told again only when it was right in between. On a thread of the pool; asks nothing of the engine.
/// </remarks>
internal sealed class AbsenceWatch : IDisposable
{
    private const int Shown = 8;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    private readonly IControlledMedium _medium;
    private readonly Action<string, string, string> _tell;
    private readonly Timer _clock;
    private readonly HashSet<RadioPattern> _told = [];
    private MediumConfiguration? _lastMedium;
    private RadioIdentity[] _lastRadios = [];
    private bool _isLookedAt;
    private bool _isOver; // a tick may wait while it ends

    /// <summary>Watches from now on.</summary>
    /// <param name="tell">Gets the VM, the names, and which radios it has.</param>
    public AbsenceWatch(IControlledMedium medium, Action<string, string, string> tell)
    {
        (_medium, _tell) = (medium, tell);
        _clock = new Timer(_ => Tick(), null, s_interval, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_told)
        {
            _isOver = true;
            _clock.Dispose();
        }
    }

    /// <summary>Looks, if nothing has changed since it was called before.</summary>
    internal void Look()
    {
        var medium = _medium.CurrentMedium;
        RadioIdentity[] radios = [.. _medium.Radios];
        bool isSettled = ReferenceEquals(medium, _lastMedium) && radios.SequenceEqual(_lastRadios);
        (_lastMedium, _lastRadios) = (medium, radios);
        if (isSettled && !_isLookedAt)
            Tell(medium, radios);
        _isLookedAt = isSettled;
    }

    private void Tick()
    {
        lock (_told)
        {
            if (_isOver)
                return;
            Look();
            _ = _clock.Change(s_interval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Tell(MediumConfiguration medium, RadioIdentity[] radios)
    {
        var byVm = radios.ToLookup(r => r.Vm, StringComparer.Ordinal);
        RadioPattern[] absent = [.. new PresentRadios(radios, medium.Jammers).AbsentOf(PresentRadios.NamesIn(new ReplaceMedium(medium)))
            .Where(name => name is { Vm: { } vm, Radio: not null } && byVm.Contains(vm))];
        _told.IntersectWith(absent);
        foreach (var ofVm in absent.Where(_told.Add).GroupBy(name => name.Vm!))
            _tell(ofVm.Key, List(ofVm.Select(name => name.ToString())), List(byVm[ofVm.Key].Select(r => $"{r.Name} (radio{r.Number})")));
    }

    private static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return $"{string.Join(", ", all.Take(Shown))}{(all.Length > Shown ? $" and {all.Length - Shown} others" : "")}";
    }
}
