using System.CommandLine;
using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Perf.EndToEnd.Vm;
using Spectre.Console;
using Progress = ShmWifi.Lab.Progress;

namespace ShmWifi.Perf.EndToEnd.Cli;

/// <summary><c>bench</c>.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    /// <param name="groups">In the order in which they run.</param>
    public static RootCommand Create(IReadOnlyList<IBenchGroup> groups)
    {
        var chosen = new Argument<string[]>("GROUP")
        {
            Description = "What is measured; without any, all: " + string.Join("; ", groups.Select(group => $"{group.Name}: {group.Description}")),
            Arity = ArgumentArity.ZeroOrMore,
        };
        chosen.AcceptOnlyFromAmong([.. groups.Select(group => group.Name)]);
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often each measurement is taken, in turns with its baseline: 1 to 100.",
            DefaultValueFactory = _ => 5
        };
        rounds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value is < 1 or > 100)
                result.AddError("--rounds must be from 1 to 100");
        });
        var quick = new Option<bool>("--quick") { Description = "Short rounds: to see that everything works, not for figures." };
        var kernel = new Option<string>("--kernel") { Description = "Kernel series of the guests.", DefaultValueFactory = _ => "6.12" };
        kernel.AcceptOnlyFromAmong("6.1", "6.12");
        var peer = new Option<FileInfo>("--peer")
        {
            Description = $"Measure {UmlGroup.GroupName} beside this wmediumd, too, which serves guests of its own by the same protocol.",
        };
        peer.AcceptExistingOnly();
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures and what they were measured on to this file." };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Where the table (bench.md) and the plots go.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Checkout.Root, "perf", "results")),
        };
        var command = new RootCommand(
            "Measures the rings, the relay through the medium, and VMs, each beside a baseline in the same run, and the speed of virtual time.")
        {
            chosen, rounds, quick, kernel, peer, json, output,
        };
        command.SetAction(async (result, cancellation) =>
        {
            string[] names = result.GetValue(chosen) ?? [];
            var options = new BenchOptions(
                result.GetValue(rounds), result.GetValue(quick), result.GetRequiredValue(kernel), result.GetValue(peer)?.FullName);
            var run = groups.Where(group => names.Length == 0 || names.Contains(group.Name)).ToList();
            var files = new ReportFiles(result.GetRequiredValue(output).FullName, result.GetValue(json)?.FullName);
            var environment = RunEnvironment.Look(
                run.Exists(group => group.Name is VmGroup.GroupName or VmKernelGroup.GroupName) ? options.Kernel
                : run.Exists(group => group.Name is UmlGroup.GroupName or VirtualTimeGroup.GroupName) ? options.Kernel + Checkout.Uml
                : null);
            var results = new Results();
            var problems = new List<Problem>();
            string running = "";
            try
            {
                await Progress.RunAsync(async progress =>
                {
                    foreach (var group in run)
                    {
                        running = group.Name;
                        await group.RunAsync(options, results, progress, cancellation);
                    }
                });
            }
            catch (Exception exception)
            {
                problems.Add(new Problem(running, exception is OperationCanceledException ? "interrupted" : exception.Message));
                throw;
            }
            finally
            {
                // Also what was measured before a failure or Ctrl-C.
                var report = new RunReport(environment.End(), problems, results.Rows);
                ReportTable.Print(report, TableOrder.LimitsFirst, AnsiConsole.Console);
                files.Write(report, results);
            }

            return 0; // a goal that is missed is a figure, not a failure
        });
        return command;
    }
}
