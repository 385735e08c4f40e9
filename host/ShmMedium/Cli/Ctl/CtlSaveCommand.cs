using System.CommandLine;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl save</c>: writes the configuration that starts a daemon with the medium as it is now.</summary>
internal sealed class CtlSaveCommand : Command
{
    private readonly CtlSession _session;
    private readonly Argument<string?> _file = new("FILE") { Description = "Default: standard output.", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Makes the command.</summary>
    public CtlSaveCommand(CtlSession session)
        : base("save", "Writes the configuration that starts a daemon with the medium as it is now.")
    {
        _session = session;
        Add(_file);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        string yaml = await client.SendAsync(HttpMethod.Get, "configuration", body: null, cancellation);
        if (options.GetValue(_file) is not { } file)
        {
            await options.InvocationConfiguration.Output.WriteAsync(yaml);
            return 0;
        }
        string unfinished = $"{file}.{Environment.ProcessId}";
        await File.WriteAllTextAsync(unfinished, yaml, cancellation);
        File.Move(unfinished, file, overwrite: true);
        return 0;
    });
}
