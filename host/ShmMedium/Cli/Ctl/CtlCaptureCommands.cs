using System.CommandLine;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl capture</c>: starts and ends captures, and shows frames as they pass.</summary>
internal static class CtlCaptureCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(CtlSession session) => new("capture", "Captures what passes (docs/capture.md).")
    {
        Start(session),
        Stop(session),
        Live(session),
    };

    private static Command Start(CtlSession session)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called." };
        var file = new Argument<string>("FILE") { Description = "Where the daemon writes: files of this name and a number, or a FIFO." };
        var format = new Option<string?>("--format") { Description = "pcapng (default), or pcap for tools that do not know it." };
        var fileSize = new Option<string?>("--file-size") { Description = "A file that is as long is followed by another: 1M to 1024T; 1G." };
        var duration = new Option<string?>("--duration") { Description = "A file that is as old is followed by another, such as 10s." };
        var files = new Option<int?>("--files") { Description = "Files that are kept, 2 to 10000; 8." };
        var selection = new CaptureOptions();
        var command = new Command("start", "Starts a capture; it ends with 'stop', or with the daemon's engine.") { name, file, format };
        selection.AddTo(command);
        foreach (var option in (Option[])[fileSize, duration, files])
            command.Add(option);
        command.SetAction((options, cancellation) =>
        {
            var body = selection.Read(options);
            body["file"] = Path.GetFullPath(options.GetRequiredValue(file));
            foreach ((string key, string? value) in (ReadOnlySpan<(string, string?)>)
                [("format", options.GetValue(format)), ("fileSize", options.GetValue(fileSize)), ("duration", options.GetValue(duration))])
            {
                if (value is not null)
                    body[key] = value;
            }
            if (options.GetValue(files) is { } count)
                body["files"] = count;
            return session.ChangeAsync(options, HttpMethod.Put, ControlClient.PathOf("captures", options.GetRequiredValue(name)), body, cancellation);
        });
        return command;
    }

    private static Command Stop(CtlSession session)
    {
        var name = new Argument<string>("NAME") { Description = "Of 'start'." };
        var command = new Command("stop", "Ends a capture; what passed before is in its files then.") { name };
        command.SetAction((options, cancellation) => session.ChangeAsync(
            options, HttpMethod.Delete, ControlClient.PathOf("captures", options.GetRequiredValue(name)), body: (string?)null, cancellation));
        return command;
    }

    private static Command Live(CtlSession session)
    {
        var selection = new CaptureOptions();
        var command = new Command("live",
            "Writes frames as they pass to standard output, as pcapng, until SIGINT: shm-medium ctl capture live | tshark -r -");
        selection.AddTo(command);
        command.SetAction((options, cancellation) => session.RunAsync(options, async client =>
        {
            await using var output = Console.OpenStandardOutput();
            try
            {
                return await client.ReadAsync<int>(CaptureOptions.LivePath(selection.Read(options)), async frames =>
                {
                    await frames.CopyToAsync(output, cancellation);
                    throw new CtlException("the daemon ended");
                }, cancellation);
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }));
        return command;
    }
}
