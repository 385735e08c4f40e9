using System.Globalization;

namespace ShmWifi.IvshmemArgs;

/// <summary>The listening Unix sockets of a network namespace.</summary>
internal static class UnixListeners
{
    // Source: linux include/uapi/linux/net.h, __SO_ACCEPTCON.
    private const uint AcceptsConnections = 1 << 16;

    /// <param name="pid">A process in the network namespace; null: our own.</param>
    /// <remarks>Source: proc(5), /proc/net/unix: number, references, protocol, flags (hex), type, state, inode, path.</remarks>
    public static bool Has(string path, int? pid)
    {
        string table = $"/proc/{pid?.ToString(CultureInfo.InvariantCulture) ?? "self"}/net/unix";
        return File.ReadLines(table).Skip(1).Any(line =>
        {
            string[] fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            return fields.Length == 8
                && fields[7] == path
                && (uint.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & AcceptsConnections) != 0;
        });
    }
}
