using System.CommandLine;
using System.CommandLine.Parsing;
using ShmWifi.Configuration;
using ShmWifi.Lab.Cli;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Demo;

/// <summary><c>demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var kernel = LabOptions.Kernel();
        var isolation = LabOptions.Isolation();
        var security = new Option<string>("--security") { Description = "How the network is protected.", DefaultValueFactory = _ => "wpa2" };
        security.AcceptOnlyFromAmong("open", "wpa2", "wpa3");
        var stations = Number("--stations", "How many stations.", 2, 1, 100);
        var seconds = Number("--duration", "Seconds that the pings of each pair, and each TCP test, take.", 5, 4, 3600);
        var soak = new Option<TimeSpan>("--soak") { Description = "Keep traffic for that long, such as 5m or 90s, then look for lost links.", CustomParser = Soak };
        var name = new Option<string>("--name") { Description = "Names the folder run/NAME of its logs and capture.", DefaultValueFactory = _ => "demo" };
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures to this file." };
        var command = new Command("demo", "An access point and stations in VMs of their own: association, ping, TCP, beside both floors.")
        {
            kernel, isolation, security, stations, seconds, soak, json, name,
        };
        command.SetAction((result, cancellation) => DemoRun.RunAsync(
            new DemoOptions(
                result.GetRequiredValue(name),
                result.GetValue(kernel) ?? "6.12",
                result.GetValue(isolation) == "per-vm",
                Enum.Parse<Security>(result.GetRequiredValue(security), ignoreCase: true),
                result.GetValue(stations),
                result.GetValue(seconds),
                result.GetValue(soak)),
            result.GetValue(json)?.FullName,
            cancellation));
        return command;
    }

    private static Option<int> Number(string name, string description, int fallback, int minimum, int maximum)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < minimum || value > maximum))
                result.AddError($"{name} must be from {minimum} to {maximum}");
        });
        return option;
    }

    private static TimeSpan Soak(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!Duration.TryParse(text, out var soak))
            result.AddError($"--soak: '{text}' is no duration; write {Duration.Allowed}");
        return soak;
    }
}
