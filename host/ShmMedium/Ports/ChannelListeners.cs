namespace ShmWifi.ShmMedium.Ports;

/// <summary>Who may hear a frame by its channel: the radios that listen there, and those of which only their kernels know where they do.</summary>
/// <remarks>The engine thread's alone. Looking up allocates nothing; a radio's retuning does when its channel is new.</remarks>
internal sealed class ChannelListeners
{
    private readonly Dictionary<uint, Listeners> _byFreqMhz = []; // of channels that some radio is known to listen on
    private readonly RadioList _anywhere = new();

    /// <summary>Who may hear a frame on a frequency; holds until a radio comes, goes or retunes.</summary>
    public RadioList On(uint freqMhz) => _byFreqMhz.TryGetValue(freqMhz, out var listeners) ? listeners.All : _anywhere;

    /// <summary>A radio came, or has another <see cref="Radio.ChannelMhz"/> than when it was removed.</summary>
    public void Add(Radio radio)
    {
        switch (radio.ChannelMhz)
        {
            case null:
                _anywhere.Add(radio);
                foreach (var listeners in _byFreqMhz.Values)
                    listeners.All.Add(radio);
                break;
            case 0:
                break;
            case { } freqMhz:
                if (!_byFreqMhz.TryGetValue(freqMhz, out var there))
                    _byFreqMhz[freqMhz] = there = new Listeners(_anywhere);
                there.All.Add(radio);
                there.Tuned++;
                break;
        }
    }

    /// <summary>A radio goes, or is about to retune.</summary>
    public void Remove(Radio radio)
    {
        switch (radio.ChannelMhz)
        {
            case null:
                _anywhere.Remove(radio);
                foreach (var listeners in _byFreqMhz.Values)
                    listeners.All.Remove(radio);
                break;
            case 0:
                break;
            case { } freqMhz:
                var there = _byFreqMhz[freqMhz];
                there.All.Remove(radio);
                if (--there.Tuned == 0)
                    _byFreqMhz.Remove(freqMhz);
                break;
        }
    }

    private sealed class Listeners
    {
        public Listeners(RadioList anywhere)
        {
            foreach (var radio in anywhere.Span)
                All.Add(radio);
        }

        public RadioList All { get; } = new();

        /// <summary>How many of them are known to listen here.</summary>
        public int Tuned { get; set; }
    }
}
