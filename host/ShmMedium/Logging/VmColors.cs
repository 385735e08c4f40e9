namespace ShmWifi.ShmMedium.Logging;

/// <summary>A colour for each VM: chosen by its name, so that it is the same each time,
/// and its own as long as there are enough. Any thread.</summary>
internal sealed class VmColors
{
    // Of xterm's 256: bright enough on black, dark enough on white, told apart from each other.
    private static readonly byte[] s_palette = [39, 208, 34, 170, 178, 43, 203, 105, 142, 74, 162, 30];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte> _colors = new(StringComparer.Ordinal);

    /// <summary>The VM's colour, as number of xterm's 256.</summary>
    public byte Of(string vm)
    {
        lock (_lock)
            return Choose(vm);
    }

    private byte Choose(string vm)
    {
        if (_colors.TryGetValue(vm, out byte color))
            return color;
        int start = (int)(Hash(vm) % (uint)s_palette.Length);
        color = s_palette[start];
        for (int i = 0; i < s_palette.Length && _colors.Count < s_palette.Length; i++)
        {
            color = s_palette[(start + i) % s_palette.Length];
            if (!_colors.ContainsValue(color))
                break;
        }
        _colors.Add(vm, color);
        return color;
    }

    /// <summary>FNV-1a: string.GetHashCode differs from run to run.</summary>
    private static uint Hash(string name) => name.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u);
}
