using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary>What all commands of <c>ctl</c>, and <c>top</c>, share: which daemon, how to print, what to do when it refuses.</summary>
internal sealed class CtlSession(string command, Option<int?>? pid = null) // for one version: pid, of top
{
    private readonly Option<string?> _socket =
        new("--socket") { Description = "The daemon's control socket; else its state file tells.", Recursive = true };
    private readonly Option<string?> _state =
        new("--state") { Description = "The daemon's state file, if it is not in the usual place.", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print the API's JSON.", Recursive = true };

    /// <summary>The options of all of them.</summary>
    public IReadOnlyList<Option> Options => [_socket, _state, _json];

    /// <summary>Whether JSON is wanted.</summary>
    public bool WantsJson(ParseResult options) => options.GetValue(_json);

    /// <summary>A client of the daemon.</summary>
    /// <exception cref="CtlException">There is none.</exception>
    public ControlClient Connect(ParseResult options) => new(FindSocket(options));

    /// <summary>Does something with the daemon.</summary>
    public async Task<int> RunAsync(ParseResult options, Func<ControlClient, Task<int>> act)
    {
        try
        {
            using var client = Connect(options);
            return await act(client);
        }
        catch (Exception exception) when (exception is CtlException or ConfigurationException or IOException
            or UnauthorizedAccessException or DecoderFallbackException)
        {
            foreach (string line in exception.Message.Split('\n'))
                await options.InvocationConfiguration.Error.WriteLineAsync($"shm-medium {command}: {line}");
            return 1;
        }
    }

    /// <summary>Changes something; prints what the daemon answers only with --json.</summary>
    public Task<int> ChangeAsync(ParseResult options, HttpMethod method, string path, JsonNode? body, CancellationToken cancellation) =>
        ChangeAsync(options, method, path, body?.ToJsonString(), cancellation);

    /// <summary>Changes something; prints what the daemon answers only with --json.</summary>
    public Task<int> ChangeAsync(ParseResult options, HttpMethod method, string path, string? body, CancellationToken cancellation) =>
        RunAsync(options, async client =>
        {
            string answer = await client.SendAsync(method, path, body, cancellation);
            if (WantsJson(options))
                await options.InvocationConfiguration.Output.WriteAsync(answer);
            return 0;
        });

    /// <summary>Says that something has another name now.</summary>
    public Task WarnOldNameAsync(ParseResult options, string oldName, string newName) =>
        options.InvocationConfiguration.Error.WriteLineAsync(
            $"shm-medium {command}: '{oldName}' is '{newName}' now; the old name goes with the next version");

    private string FindSocket(ParseResult options)
    {
        if (options.GetValue(_socket) is { } socket)
            return socket;
        var paths = options.GetValue(_state) is { } path ? [path] : DaemonState.SearchPaths();
        var reasons = new List<string>();
        int? process = pid is null ? null : options.GetValue(pid);
        foreach (var reading in paths.Select(DaemonState.TryRead))
        {
            if (reading.State is { } other && process is not null && other.Pid != process)
                reasons.Add($"the daemon of the state file is process {other.Pid}, not {process}");
            else if (reading.State is { } state)
                return state.Control
                    ?? throw new CtlException($"the daemon, process {state.Pid}, has no control socket: it was started with 'control: none'; start "
                    + $"it with another 'control:' or --control");
            else
                reasons.Add(reading.Reason);
        }
        throw new CtlException($"{string.Join("; ", reasons)}; start one, or give --socket or --state");
    }
}
