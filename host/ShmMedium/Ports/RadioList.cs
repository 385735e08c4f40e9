namespace ShmWifi.ShmMedium.Ports;

/// <summary>Radios in the order of their coming; changed in place, by the engine thread alone.</summary>
internal sealed class RadioList
{
    private Radio[] _radios = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>They.</summary>
    public ReadOnlySpan<Radio> Span => _radios.AsSpan(0, Count);

    /// <summary>Adds one that is not in it.</summary>
    public void Add(Radio radio)
    {
        if (Count == _radios.Length)
            Array.Resize(ref _radios, Math.Max(2 * Count, 8));
        _radios[Count++] = radio;
    }

    /// <summary>Removes one that is in it.</summary>
    public void Remove(Radio radio)
    {
        int index = Array.IndexOf(_radios, radio, 0, Count);
        Array.Copy(_radios, index + 1, _radios, index, --Count - index);
        _radios[Count] = null!;
    }
}
