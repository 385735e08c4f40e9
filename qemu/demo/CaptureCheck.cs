using ShmWifi.Lab.Processes;

namespace ShmWifi.Demo;

/// <summary>Whether tshark reads a capture without complaint and finds the key handshakes in it.</summary>
internal static class CaptureCheck
{
    private const int HandshakeMessages = 4;
    private const string RootNotice = "Running as user \"root\"";

    /// <summary>Looks through a capture.</summary>
    /// <param name="stations">MAC addresses, lower case with colons, of the stations that made a 4-way handshake, by name.</param>
    /// <returns>What is wrong with it; empty when nothing is.</returns>
    public static IReadOnlyList<string> Run(string file, IReadOnlyDictionary<string, string> stations)
    {
        var (output, error) = HostCommand.Run("tshark", "-n", "-r", file, "-Y", "eapol", "-T", "fields", "-e", "wlan.sa", "-e", "wlan.da");
        var problems = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith(RootNotice, StringComparison.Ordinal)).Select(line => $"tshark on {file}: {line}").ToList();
        string[] handshakes = output.Split('\n');
        foreach (var (name, address) in stations)
        {
            int seen = handshakes.Count(line => line.Contains(address, StringComparison.OrdinalIgnoreCase));
            if (seen < HandshakeMessages)
                problems.Add($"{file} has {seen} EAPOL frames of {name} ({address}); the 4-way handshake has {HandshakeMessages}");
        }

        return problems;
    }
}
