using System.CommandLine;
using System.Diagnostics;
using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Linux;
using Spectre.Console;
using Progress = ShmWifi.Lab.Progress;

namespace ShmWifi.Tests.Scenarios;

/// <summary><c>scenarios</c>.</summary>
internal static class ScenariosCommand
{
    /// <summary>The command.</summary>
    /// <param name="all">In the order in which they run.</param>
    public static RootCommand Create(IReadOnlyList<IScenario> all)
    {
        var chosen = new Argument<string[]>("NAME")
        {
            Description = "Which scenarios; without any, all. --list tells what each shows.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        chosen.AcceptOnlyFromAmong([.. all.Select(scenario => scenario.Name)]);
        var list = new Option<bool>("--list") { Description = "List the scenarios and end." };
        var quick = new Option<bool>("--quick") { Description = "Shorter, for a first look: few rounds, short transfers." };
        var kernel = new Option<string>("--kernel") { Description = "Kernel series of the guests.", DefaultValueFactory = _ => "6.12" };
        kernel.AcceptOnlyFromAmong("6.1", "6.12");
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file." };
        var command = new RootCommand(
            "Sets situations up on the medium, in VMs or on the engine alone, and judges what comes of them. Exit code 0: all as it must be.")
        {
            chosen, list, quick, kernel, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            if (result.GetValue(list))
            {
                foreach (var scenario in all)
                    await result.InvocationConfiguration.Output.WriteLineAsync(
                        $"{scenario.Name,-14} {(scenario.NeedsVms ? "VMs   " : "engine")}  {scenario.Description}");
                return 0;
            }

            string[] names = result.GetValue(chosen) ?? [];
            IScenario[] run = [.. all.Where(scenario => names.Length == 0 || names.Contains(scenario.Name))];
            var options = new ScenarioOptions(result.GetValue(quick), result.GetRequiredValue(kernel));
            return await RunAsync(run, options, result.GetValue(json)?.FullName, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<IScenario> scenarios, ScenarioOptions options, string? json, CancellationToken cancellation)
    {
        if (json is not null)
            RunReport.ThrowIfUnwritable(json);
        var environment = RunEnvironment.Look(scenarios.Any(scenario => scenario.NeedsVms) ? options.Kernel : null);
        var rows = new List<Row>();
        var problems = new List<Problem>();
        RunReport? report = null;
        try
        {
            await Progress.RunOnErrorAsync(async progress =>
            {
                foreach (var scenario in scenarios)
                    await RunAsync(scenario, options, progress, rows, problems, cancellation);
            });
        }
        finally
        {
            // Also what was measured before Ctrl-C.
            report = new RunReport(environment.End(), problems, rows);
            ReportTable.Print(report, TableOrder.Groups, AnsiConsole.Console);
            if (json is not null)
            {
                await File.WriteAllTextAsync(json, report.ToJson(), CancellationToken.None);
                AnsiConsole.Console.WriteLine($"JSON: {json}");
            }
        }
        return report.ExitCode;
    }

    /// <summary>One that cannot be measured leaves the others their turn.</summary>
    private static async Task RunAsync(
        IScenario scenario, ScenarioOptions options, Progress progress, List<Row> rows, List<Problem> problems, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        progress.Now(scenario.Name);
        try
        {
            await scenario.RunAsync(new ScenarioRun(scenario.Name, options, progress, rows, cancellation));
            progress.Done($"{scenario.Name} took {clock.Elapsed.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is LabException or LibCException or IOException)
        {
            problems.Add(new Problem(scenario.Name, exception.Message));
            progress.Done($"{scenario.Name} ended early: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            problems.Add(new Problem(scenario.Name, "interrupted"));
            throw;
        }
    }
}
