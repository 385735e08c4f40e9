using System.CommandLine;
using System.Diagnostics;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab up</c>: starts a supervisor in the background and shows its progress until the lab is up.</summary>
internal static class UpCommand
{
    /// <summary>What a script has open beside, as ./shmwifi has, is not the lab's to hold: whoever reads it would wait for the lab's end.</summary>
    private const string CloseOthers = "3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var file = new Argument<FileInfo?>("topology")
        {
            Description = "A topology file; the default has one access point and two stations.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var options = new OverrideOptions();
        var command = new Command("up", "Start a lab; it runs in the background until 'lab down'.") { file };
        options.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(file), options.Of(result), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? file, TopologyOverrides overrides, CancellationToken cancellation)
    {
        if (geteuid() != 0)
            throw new LabException("a lab needs root: it makes a network namespace, taps and a bridge of its own. Run it with sudo.");
        string text = file == null ? DefaultTopology() : ReadFile(file);
        var topology = TopologyReader.Read(text, file?.ToString() ?? "default.yaml", overrides);
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Folders);
        string copy = Path.Combine(directory.Path, "topology.yaml");
        await File.WriteAllTextAsync(copy, text, cancellation);

        var start = new ProcessStartInfo("setsid");
        foreach (string argument in (string[])
            ["sh", "-c", $"log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1 {CloseOthers}", "sh", directory.SupervisorLog,
             "dotnet", typeof(UpCommand).Assembly.Location, "lab", "supervise", copy])
            start.ArgumentList.Add(argument);
        AddOption(start, "--kernel", overrides.Kernel);
        AddOption(start, "--isolation", overrides.Isolation);
        AddOption(start, "--path", overrides.Path);
        AddOption(start, "--hypervisor", overrides.Hypervisor);
        AddOption(start, "--time", overrides.Time);
        AddOption(start, "--host", overrides.Host);
        using var supervisor = Process.Start(start)!;
        directory.Write(new LabState(
            topology.Name, ProcessIdentity.Of(supervisor.Id)!, "starting", null, null, topology.PerVmIsolation
                ? "per-vm"
                : "shared", null, null, []));
        try
        {
            return await FollowAsync(directory, supervisor, cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = kill(supervisor.Id, SIGTERM);
            await supervisor.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private static async Task<int> FollowAsync(LabDirectory directory, Process supervisor, CancellationToken cancellation)
    {
        int shown = 0;
        while (true)
        {
            var state = directory.TryRead();
            bool exited = supervisor.HasExited;
            string log = LogTail.ReadAll(directory.SupervisorLog);
            Console.Write(log[shown..]);
            shown = log.Length;
            if (exited)
                return 1; // it has said why
            if (state?.Phase == "up")
            {
                StatusCommand.Print(state);
                return 0;
            }

            await Task.Delay(100, cancellation);
        }
    }

    private static void AddOption(ProcessStartInfo start, string option, string? value)
    {
        if (value == null)
            return;
        start.ArgumentList.Add(option);
        start.ArgumentList.Add(value);
    }

    private static string DefaultTopology()
    {
        using var stream = typeof(UpCommand).Assembly.GetManifestResourceStream("default.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string ReadFile(FileInfo file)
    {
        try
        {
            return File.ReadAllText(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"cannot read the topology: {exception.Message}");
        }
    }
}
