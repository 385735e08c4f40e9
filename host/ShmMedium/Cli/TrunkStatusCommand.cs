using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ShmWifi.ShmMedium.Cli.Ctl;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.ShmMedium.Terminal;
using ShmWifi.ShmMedium.Trunk;
using Spectre.Console;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium trunk status</c>: the other hosts of a running daemon's medium, by its control API.</summary>
internal sealed class TrunkStatusCommand : Command
{
    private readonly CtlSession _session = new("trunk status");

    /// <summary>Makes the command.</summary>
    public TrunkStatusCommand()
        : base("status", "Shows the other hosts of a running daemon's medium. Exit codes: 0, or 1 when there is no daemon, no trunk or no server.")
    {
        foreach (var option in _session.Options)
            Add(option);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        string answer = await client.SendAsync(HttpMethod.Get, "status", body: null, cancellation);
        if (JsonSerializer.Deserialize(answer, SnapshotJson.Default.MediumSnapshot)?.Trunk is not { } trunk)
            throw new CtlException("the daemon has no trunk; give its configuration 'trunk'");
        if (_session.WantsJson(options))
            await options.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(trunk, SnapshotJson.Default.TrunkStatus));
        else
            Print(trunk);
        return trunk.IsConnected ? 0 : 1;
    });

    private static void Print(TrunkStatus trunk)
    {
        var console = StandardOutput.OpenForTables();
        string state = trunk.IsConnected ? "connected" : "away";
        console.MarkupLineInterpolated(
            $"medium {trunk.Medium}, host {trunk.Host}, server {trunk.Server}: {state}; {trunk.Disagreements} disagreements");
        string changes = trunk.Problem is null ? "on all hosts" : $"not on all hosts: {trunk.Problem}";
        console.MarkupLineInterpolated($"changes: {changes}; revision {trunk.Revision}");
        var table = new Table().AddColumns(
            "host", "state", "revision", "VMs", "radios", "clock us", "sent", "frames a message", "received", "lost", "stale", "dropped");
        foreach (var host in trunk.Hosts)
        {
            table.AddRow(host.Name, StateOf(host), Text(host.Revision), Markup.Escape(string.Join(' ', host.Vms)), Text(host.Radios),
                host.ClockOffsetUs is { } offset ? string.Create(CultureInfo.InvariantCulture, $"{offset:0} ± {host.ClockErrorUs:0}") : "-",
                Text(host.FramesSent), host.MessagesSent == 0 ? "-" : Text((double)host.FramesSent / host.MessagesSent),
                Text(host.FramesReceived), Text(host.Lost), Text(host.Stale), Text(host.NotSent + host.NoRoom + host.Unknown));
        }
        console.Write(table);
    }

    private static string StateOf(TrunkHostStatus host) => !host.IsPresent ? "gone" : host.HasSameMedium ? "present" : "other medium";

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
