using System.Diagnostics;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>wpa_supplicant on an interface, driven by its control interface.</summary>
/// <param name="radio">The interface.</param>
internal sealed class Supplicant(WifiInterface radio)
{
    private const string Sockets = "/run/wpa_supplicant";
    private int _read; // characters of its log

    /// <summary>Starts it.</summary>
    /// <param name="lines">Of its configuration, beside the control interface.</param>
    public Task StartAsync(CancellationToken cancellation, params string[] lines) => radio.RunAsync(
        "starting wpa_supplicant",
        $"""
        cat >/run/wpa_supplicant-$dev.conf <<'EOF'
        ctrl_interface={Sockets}
        {string.Join('\n', lines)}
        EOF
        wpa_supplicant -B -t -f {radio.Log("wpa_supplicant")} -i $dev -D nl80211 -c /run/wpa_supplicant-$dev.conf
        """,
        cancellation);

    /// <summary>Runs a command of wpa_cli.</summary>
    /// <param name="command">With its arguments.</param>
    /// <param name="device">The interface, or its P2P Device.</param>
    /// <returns>What it prints.</returns>
    /// <exception cref="LabException">It failed.</exception>
    public async Task<string> ControlAsync(string command, string device, CancellationToken cancellation)
    {
        string output = (await radio.RunAsync($"wpa_cli {command}", $"wpa_cli -p {Sockets} -i {device} {command}", cancellation)).Trim();
        return output.EndsWith("FAIL", StringComparison.Ordinal)
            ? throw new LabException($"{radio.Vm.Name}: wpa_cli -i {device} {command}: {output}")
            : output;
    }

    /// <summary>The same of its interface.</summary>
    public Task<string> ControlAsync(string command, CancellationToken cancellation) => ControlAsync(command, radio.Name, cancellation);

    /// <summary>Waits for the next such line of its log.</summary>
    /// <exception cref="LabException">There is none after a minute: the log's end.</exception>
    public async Task<Match> AwaitAsync(Regex line, CancellationToken cancellation)
    {
        var limit = TimeSpan.FromSeconds(60);
        if (await TryAwaitAsync(line, limit, cancellation) is { } match)
            return match;
        string last = string.Join('\n', (await ReadLogAsync(cancellation)).TrimEnd().Split('\n').TakeLast(15));
        throw new LabException($"{radio.Vm.Name}: no '{line}' after {limit.TotalSeconds:0} s; wpa_supplicant's log ends:\n{last}");
    }

    /// <summary>Waits for the next such line of its log.</summary>
    /// <param name="limit">How long at most.</param>
    /// <returns>Null: there was none.</returns>
    public async Task<Match?> TryAwaitAsync(Regex line, TimeSpan limit, CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < limit; await Task.Delay(200, cancellation))
        {
            var match = line.Match(await ReadLogAsync(cancellation), _read);
            if (!match.Success)
                continue;
            _read = match.Index + match.Length;
            return match;
        }
        return null;
    }

    private Task<string> ReadLogAsync(CancellationToken cancellation) =>
        radio.RunAsync("reading a log", $"cat {radio.Log("wpa_supplicant")}", cancellation);
}
