using System.CommandLine;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl unset</c>: takes back what <c>ctl set</c> or the configuration gave.</summary>
internal static class CtlUnsetCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(CtlSession session) => new("unset", "Takes something back.")
    {
        Link(session),
        Named(session, "fault", "faults", "It is carried out no more."),
        Named(session, "jammer", "jammers", "It is gone."),
        Named(session, "wall", "walls", "It is gone."),
        Model(session, "propagation", "propagation", "Links are perfect unless they are given."),
        Model(session, "fading", "fading", "Signals do not vary."),
        Model(session, "error-table", "errorTable", "Error rates come from the built-in curves."),
    };

    private static Command Link(CtlSession session)
    {
        var from = new Argument<string>("FROM") { Description = "As it was given." };
        var to = new Argument<string>("TO") { Description = "As it was given." };
        var command = new Command("link", "The pair's link is computed again.") { from, to };
        command.SetAction((options, cancellation) => session.ChangeAsync(
            options, HttpMethod.Delete, ControlClient.PathOf("links", options.GetRequiredValue(from),
                options.GetRequiredValue(to)), body: (string?)null, cancellation));
        return command;
    }

    private static Command Named(CtlSession session, string kind, string resource, string description)
    {
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var command = new Command(kind, description) { name };
        command.SetAction((options, cancellation) => session.ChangeAsync(
            options, HttpMethod.Delete, ControlClient.PathOf(resource, options.GetRequiredValue(name)), body: (string?)null, cancellation));
        return command;
    }

    private static Command Model(CtlSession session, string name, string resource, string description)
    {
        var command = new Command(name, description);
        command.SetAction((options, cancellation) => session.ChangeAsync(options, HttpMethod.Delete, resource, body: (string?)null, cancellation));
        return command;
    }
}
