using System.Text;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>A datagram between keeper and engine: lines <c>NAME=value</c>.</summary>
/// <remarks>Source: sd_notify(3); those that begin with X_ are ours.</remarks>
/// <param name="Lines">The values by name; of a name that comes twice, the last.</param>
internal sealed record NotifyMessage(IReadOnlyDictionary<string, string> Lines)
{
    /// <summary>Bytes of the longest that is read.</summary>
    public const int MaxBytes = 4096;

    /// <summary>A spare has started up, and waits.</summary>
    public const string Prepared = "X_PREPARED";

    private const int MaxName = 255;

    /// <summary>Whether a line says 1.</summary>
    public bool Says(string name) => Lines.TryGetValue(name, out string? value) && value == "1";

    /// <summary>The name of a descriptor that it brings or drops; null: it has none that is allowed.</summary>
    public string? DescriptorName => Lines.TryGetValue("FDNAME", out string? name) && IsName(name) ? name : null;

    /// <summary>Reads one, whoever wrote it: what is no line is passed over.</summary>
    public static NotifyMessage Parse(ReadOnlySpan<byte> bytes)
    {
        Dictionary<string, string> lines = new(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                lines[line[..equals]] = line[(equals + 1)..];
        }
        return new NotifyMessage(lines);
    }

    /// <summary>Brings a descriptor to keep, as long as it is not dropped.</summary>
    public static byte[] Keep(string name) => Bytes($"FDSTORE=1\nFDPOLL=0\nFDNAME={Checked(name)}");

    /// <summary>Drops a descriptor.</summary>
    public static byte[] Drop(string name) => Bytes($"FDSTOREREMOVE=1\nFDNAME={Checked(name)}");

    /// <summary>The bytes of lines.</summary>
    public static byte[] Bytes(string lines) => Encoding.UTF8.GetBytes(lines);

    /// <summary>Whether a descriptor may have that name: systemd's rule (fdname_is_valid), and none where it is empty.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxName && name.All(c => c is >= ' ' and <= '~' and not ':');

    private static string Checked(string name) =>
        IsName(name) ? name : throw new ArgumentException($"'{name}' is no name of a descriptor", nameof(name));
}
