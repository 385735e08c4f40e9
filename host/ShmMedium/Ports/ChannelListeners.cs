namespace ShmWifi.ShmMedium.Ports;

/// <summary>Who may hear a frame by its channel: the radios that listen there, and those of which only their kernels know where they do.</summary>
/// <remarks>The engine thread's alone. Looking up allocates nothing; a radio's retuning does when its channel is new.</remarks>
internal sealed class ChannelListeners
{
    private readonly Dictionary<uint, RadioList> _byFreqMhz = []; // of channels that some radio is known to listen on; with all of _anywhere
    private readonly RadioList _anywhere = new([]);

    /// <summary>Who may hear a frame on a frequency; holds until a radio comes, goes or retunes.</summary>
    public RadioList On(uint freqMhz) => _byFreqMhz.TryGetValue(freqMhz, out var listeners) ? listeners : _anywhere;

    /// <summary>A radio came, or has another <see cref="Radio.ChannelMhz"/> than when it was removed.</summary>
    public void Add(Radio radio)
    {
        if (radio.ChannelMhz is not { } freqMhz)
        {
            _anywhere.Add(radio);
            foreach (var listeners in _byFreqMhz.Values)
                listeners.Add(radio);
        }
        else if (freqMhz != 0)
        {
            if (!_byFreqMhz.TryGetValue(freqMhz, out var listeners))
                _byFreqMhz[freqMhz] = listeners = new RadioList(_anywhere.Span);
            listeners.Add(radio);
        }
    }

    /// <summary>A radio goes, or is about to retune.</summary>
    public void Remove(Radio radio)
    {
        if (radio.ChannelMhz is not { } freqMhz)
        {
            _anywhere.Remove(radio);
            foreach (var listeners in _byFreqMhz.Values)
                listeners.Remove(radio);
        }
        else if (freqMhz != 0)
        {
            var listeners = _byFreqMhz[freqMhz];
            listeners.Remove(radio);
            if (listeners.Count == _anywhere.Count)
                _byFreqMhz.Remove(freqMhz);
        }
    }
}
