using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl scenario</c>: plays a list of changes.</summary>
internal static class CtlScenarioCommands
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <summary>The command with its subcommands.</summary>
    public static Command Create(CtlSession session) => new("scenario", "Plays a list of changes.") { Run(session), Stop(session) };

    private static Command Run(CtlSession session)
    {
        var file = new Argument<string>("FILE") { Description = "YAML: a list of changes, each with its time, as in the configuration's schedule." };
        var wait = new Option<bool>("--wait") { Description = "Wait for the last change; exit code 1 when somebody stops it." };
        var command = new Command("run", "Plays the changes of a file, from now on.") { file, wait };
        command.SetAction((options, cancellation) => session.RunAsync(options, async client =>
        {
            string path = options.GetRequiredValue(file);
            // Read here, so that errors have lines and relative paths start from the file.
            var changes =
                MediumText.ReadSchedule(InputText.Read(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
            string answer = await client.SendAsync(HttpMethod.Put, "schedule", MediumWriter.ToJson(changes).ToJsonString(), cancellation);
            if (options.GetValue(wait))
                answer = await WaitAsync(client, answer, cancellation);
            if (session.WantsJson(options))
                await options.InvocationConfiguration.Output.WriteAsync(answer);
            return 0;
        }));
        return command;
    }

    private static async Task<string> WaitAsync(ControlClient client, string answer, CancellationToken cancellation)
    {
        var given = Read(answer).Changes;
        while (true)
        {
            var schedule = Read(answer);
            if (!JsonNode.DeepEquals(schedule.Changes, given))
                throw new CtlException("the scenario was stopped, or another one took its place");
            if (schedule.Done == given.Count)
                return answer;
            await Task.Delay(s_look, cancellation);
            answer = await client.SendAsync(HttpMethod.Get, "schedule", body: null, cancellation);
        }
    }

    private static ScheduleState Read(string answer) => JsonSerializer.Deserialize(answer, ControlJson.Default.ScheduleState)!;

    private static Command Stop(CtlSession session)
    {
        var command = new Command("stop", "Stops the scenario that plays; what it changed stays.");
        command.SetAction((options, cancellation) => session.ChangeAsync(options, HttpMethod.Delete, "schedule", body: (string?)null, cancellation));
        return command;
    }
}
