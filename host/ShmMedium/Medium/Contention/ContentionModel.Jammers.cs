namespace ShmWifi.ShmMedium.Medium.Contention;

// Jammers: bursts of noise that keep the medium busy, and disturb what is received meanwhile. They sense nothing, and nobody answers them.
internal sealed partial class ContentionModel
{
    private readonly List<Jammer?> _jammers = [];

    /// <summary>A jammer comes, or goes on: in a burst with the rest of it.</summary>
    public void Add(Jammer jammer)
    {
        int place = _jammers.IndexOf(null);
        if (place < 0)
        {
            place = _jammers.Count;
            _jammers.Add(null);
        }
        _jammers[place] = jammer;
        long fromNs = Math.Max(jammer.SinceNs, _nowNs), elapsedNs = jammer.ElapsedNs(fromNs);
        _events.Set(MediumEvent.Burst, place, elapsedNs < jammer.BurstNs ? fromNs : fromNs - elapsedNs + jammer.PeriodNs);
    }

    /// <summary>A jammer goes, its burst at once.</summary>
    public void Remove(Jammer jammer)
    {
        int place = _jammers.IndexOf(jammer);
        if (place < 0)
            return;
        _jammers[place] = null;
        _events.Clear(MediumEvent.Burst, place);
        _eventNs = _nowNs;
        foreach (var ppdu in _ppdus)
        {
            if (ppdu.Sender != jammer.Endpoint)
                continue;
            if (ppdu.EndNs > _nowNs)
            {
                _events.Clear(MediumEvent.PpduEnd, ppdu.Index);
                ppdu.EndNs = _nowNs;
                EndPpdu(ppdu);
            }
            ppdu.Sender = null;
        }
    }

    private void StartBurst(int place)
    {
        var jammer = _jammers[place]!;
        long elapsedNs = jammer.ElapsedNs(_nowNs);
        var noise = NewPpdu(jammer.Endpoint, PpduKind.Noise, jammer.FreqMhz, jammer.Range, jammer.BurstNs - elapsedNs);
        noise.Rate = default; // nothing that is on several channels
        BeginPpdu(noise, sender: null);
        _events.Set(MediumEvent.Burst, place, _nowNs - elapsedNs + jammer.PeriodNs);
    }
}
