namespace ShmWifi.ShmMedium.Ports;

/// <summary>Radios in the order of their coming; changed in place, by the engine thread alone.</summary>
/// <param name="first">Those that are in it from the start.</param>
internal sealed class RadioList(ReadOnlySpan<Radio> first)
{
    private Radio[] _radios = first.ToArray();

    /// <summary>How many.</summary>
    public int Count { get; private set; } = first.Length;

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
