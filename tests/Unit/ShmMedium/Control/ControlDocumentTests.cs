using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using ShmWifi.Configuration;
using ShmWifi.Lab;
using ShmWifi.ShmMedium.Cli;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>Every command of docs/control.md does what it says there.</summary>
public sealed partial class ControlDocumentTests
{
    private const string DocumentedSocket = "/run/shm-medium/control.sock";
    private string _folder = "";
    private string _back = "";
    private TestDaemon _daemon = null!;

    [SetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-document").FullName;
        _back = Environment.CurrentDirectory;
        _daemon = new TestDaemon(Isolation.Shared, vms: [("ap", 4), ("sta1", 4)]);
        foreach ((string name, int number) in new[] { ("ap", 1), ("sta1", 2) })
        {
            var vm = _daemon.Connect(name);
            vm.Hello();
            vm.AddRadio(0, Address(number));
            vm.Drain();
        }
    }

    [TearDown]
    public void Stop()
    {
        Environment.CurrentDirectory = _back;
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task EveryExampleIsTrue()
    {
        string document = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "control.md"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "outage.yaml"), document.Split("```yaml\n")[1].Split("```")[0]);
        Environment.CurrentDirectory = _folder;
        string[] examples = [.. document.Split("```console\n").Skip(1).Select(part => part.Split("```")[0])];
        Assert.That(examples, Has.Length.GreaterThan(5));
        foreach (string example in examples)
        {
            var transcript = new StringBuilder();
            foreach (string command in example.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)))
                transcript.Append(command).Append('\n').Append(await RunAsync(command[2..]));
            Assert.That(Masked(transcript.ToString()), Is.EqualTo(Masked(example)));
        }
    }

    private async Task<string> RunAsync(string command)
    {
        string[] words = (await ShellAsync($"printf '%s\\n' {command}")).Split('\n')[..^1];
        string said = words[0] == "shm-medium"
            ? await InvokeAsync(words[1..])
            : await ShellAsync(command.Replace(DocumentedSocket, _daemon.ControlSocket, StringComparison.Ordinal));
        string daemonFolder = Path.GetDirectoryName(_daemon.ControlSocket)!;
        return said.Replace(daemonFolder, "/lab", StringComparison.Ordinal).Replace(_folder, "/lab", StringComparison.Ordinal);
    }

    private async Task<string> InvokeAsync(string[] arguments)
    {
        using var output = new StringWriter();
        var root = new RootCommand { new CtlCommand(), new Command("config") { new ConfigCheckCommand() } };
        string[] all = arguments[0] == "ctl" ? [.. arguments, "--socket", _daemon.ControlSocket] : arguments;
        await root.Parse(all).InvokeAsync(new InvocationConfiguration { Output = output, Error = output });
        return output.ToString();
    }

    private static async Task<string> ShellAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output;
    }

    /// <summary>Without what differs from run to run.</summary>
    private static string Masked(string text) => Motion().Replace(Elapsed().Replace(text, "elapsedS  0"), "on its way");

    [GeneratedRegex("elapsedS +[0-9.]+", RegexOptions.CultureInvariant)]
    private static partial Regex Elapsed();

    /// <summary>A radio moves until it is saved.</summary>
    [GeneratedRegex(@"from \([0-9.]+, 0, 1\) to \(60, 0, 1\) m until [0-9.]+s", RegexOptions.CultureInvariant)]
    private static partial Regex Motion();
}
