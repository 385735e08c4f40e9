using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;
using ShmWifi.IvshmemArgs;
using ShmWifi.Manual;
using ShmWifi.ShmInjector;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Tests.Unit.Manual;

/// <summary>Man pages and completions, beside what the programs' --help prints.</summary>
[TestFixture]
internal sealed partial class ManualTests
{
    private static readonly Dictionary<string, Func<RootCommand>> s_roots = new()
    {
        ["shm-medium"] = () => new MediumCommand(),
        ["ivshmem-args"] = () => new IvshmemArgsCommand(),
    };

    private static IEnumerable<string> Commands => Programs.All.SelectMany(program => program.All).Select(command => command.Name);

    [TestCaseSource(nameof(Commands))]
    public void ThePageSaysWhatHelpSays(string command)
    {
        string page = PlainText(ManPage.Write(ProgramOf(command), "0.1.0", new DateOnly(2026, 11, 28), ["other"]));

        Assert.That(page, Does.Contain("ShmWifi 0.1.0"));
        foreach (string said in Said(command))
            Assert.That(page, Does.Contain(said));
    }

    [TestCaseSource(nameof(Commands))]
    public void BashCompletesAllOptionsAndCommandsOfHelp(string command)
    {
        var read = ProgramOf(command).All.Single(one => one.Name == command);
        string[] options = command.StartsWith("shm-injector", StringComparison.Ordinal)
            ? [.. read.Options.SelectMany(option => option.Names)]
            : [.. OptionsOfHelp().Matches(Help(command)).SelectMany(line => NamesOf().Matches(line.Groups["names"].Value)).Select(one => one.Value)];

        string[] completed = Complete(command, "");

        Assert.That(options, Is.Not.Empty);
        Assert.That(completed, Is.EquivalentTo(options.Concat(read.Commands.Select(one => one.Word))));
    }

    [TestCase("shm-medium run --isolation", "s", new[] { "shared" })]
    [TestCase("shm-medium run --keeper", "", new[] { "none", "own", "systemd" })]
    [TestCase("shm-medium run --config x.yaml", "--is", new[] { "--isolation" })]
    [TestCase("shm-medium run --config", "", new string[0])]
    [TestCase("shm-medium ctl", "un", new[] { "unset" })]
    [TestCase("shm-injector radios", "", new[] { "add", "del", "list", "--help", "-h" })]
    public void BashCompletesWhatFits(string line, string word, string[] expected) =>
        Assert.That(Complete(line, word), Is.EquivalentTo(expected));

    [Test]
    public void EachOptionThatTheInjectorHasIsRead()
    {
        var commands = Programs.All[^1].All.ToDictionary(command => command.Name, command => command.Options.SelectMany(option => option.Names));

        Assert.That(commands.Keys, Is.EquivalentTo(new[] { "shm-injector", "shm-injector run", "shm-injector radios", "shm-injector radios add",
            "shm-injector radios del", "shm-injector radios list" }));
        Assert.That(NamesOf().Matches(InjectorOptions.Help + RadiosOptions.Help).Select(name => name.Value).Distinct()
                .Where(name => name.StartsWith("--", StringComparison.Ordinal)),
            Is.SubsetOf(commands.Values.SelectMany(names => names)));
    }

    [Test]
    public void TextOfAnotherFormIsRefused()
    {
        Assert.That(() => HelpText.Read("no title\n\nusage: program run"), Throws.TypeOf<FormatException>());
        Assert.That(() => HelpText.Read("program: does it\n\nusage: other run"), Throws.TypeOf<FormatException>());
        Assert.That(() => HelpText.Read("program: does it\n\nusage: program run\n --wrong"), Throws.TypeOf<FormatException>());
    }

    private static CommandHelp ProgramOf(string command) => Programs.All.Single(program => program.Name == command.Split(' ')[0]);

    /// <summary>Descriptions: what stands in help's right column, and below its titles.</summary>
    private static IEnumerable<string> Said(string command) => Help(command).Split('\n')
        .Select(line => line.Trim().Split("  ")[^1].Trim())
        .Where(said => said.Length > 0 && said[^1] != ':' && !said.StartsWith("usage: ", StringComparison.Ordinal)
            && !said.StartsWith(RootCommand.ExecutableName, StringComparison.Ordinal) // usages, which the page's synopsis has
            && !said.StartsWith(ProgramOf(command).Name, StringComparison.Ordinal));

    private static string Help(string command)
    {
        string[] words = command.Split(' ');
        if (words[0] == "shm-injector")
            return words.Length > 1 && words[1] == "radios" ? RadiosOptions.Help : InjectorOptions.Help;
        using var output = new StringWriter();
        s_roots[words[0]]().Parse([.. words[1..], "--help"]).Invoke(new InvocationConfiguration { Output = output });
        return output.ToString();
    }

    /// <summary>Of a page of man(7), without its requests.</summary>
    private static string PlainText(string page) => Requests().Replace(page, "").Replace("\\-", "-", StringComparison.Ordinal)
        .Replace("\\&", "", StringComparison.Ordinal).Replace("\\e", "\\", StringComparison.Ordinal);

    private static string[] Complete(string line, string word)
    {
        string program = line.Split(' ')[0];
        string script = BashCompletion.Write(ProgramOf(line)) + $$"""

            COMP_WORDS=({{line}} "{{word}}")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _{{program.Replace('-', '_')}}
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["--norc", "-euc", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.That(bash.ExitCode, Is.Zero);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex("^  (?<names>-[^ ,]+(, -[^ ,]+)*) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OptionsOfHelp();

    [GeneratedRegex("--?[a-z?][a-z0-9-]*", RegexOptions.NonBacktracking)]
    private static partial Regex NamesOf();

    [GeneratedRegex(@"^\.[A-Z]+ ?|\\f[BIR]", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Requests();
}
