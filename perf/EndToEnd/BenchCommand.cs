using System.CommandLine;
using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd;

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
        var rounds = new Option<int>("--rounds") { Description = "How often each measurement is taken, in turns with its baseline.", DefaultValueFactory = _ => 5 };
        var quick = new Option<bool>("--quick") { Description = "Short rounds: to see that everything works, not for figures." };
        var kernel = new Option<string>("--kernel") { Description = "Kernel series of the guests.", DefaultValueFactory = _ => "6.12" };
        kernel.AcceptOnlyFromAmong("6.1", "6.12");
        var json = new Option<FileInfo?>("--json") { Description = "Write the rows to this file." };
        var command = new RootCommand("Measures the rings, the relay through the medium, and VMs, each beside a baseline in the same run.") { chosen, rounds, quick, kernel, json };
        command.SetAction(async (result, cancellation) =>
        {
            var names = result.GetValue(chosen) ?? [];
            var options = new BenchOptions(result.GetValue(rounds), result.GetValue(quick), result.GetRequiredValue(kernel));
            var results = new Results();
            await Progress.RunAsync(async progress =>
            {
                foreach (var group in groups.Where(group => names.Length == 0 || names.Contains(group.Name)))
                    await group.RunAsync(options, results, progress, cancellation);
            });
            return 0; // a goal that is missed is a figure, not a failure
        });
        return command;
    }
}
