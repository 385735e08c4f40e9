using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd;
using ShmWifi.Perf.EndToEnd.Cli;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

/// <summary>The command, with groups that find what they are told to find.</summary>
internal class BenchCommandTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-bench").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private string JsonFile => Path.Combine(_folder, "bench.json");

    [Test]
    public async Task GroupsRunInTheirOrderAndAllFilesAreWritten()
    {
        (int code, _) = await Run([Finds("rings"), Finds("relay")], "--json", JsonFile);
        Assert.That(code, Is.Zero);
        Assert.That(Rows(), Is.EqualTo(["rings", "relay"]));
        Assert.That(Problems(), Is.Empty);
        Assert.That(File.ReadAllText(Path.Combine(_folder, "out", "bench.md")), Does.Contain("| relay |"));
        Assert.That(Directory.GetFiles(Path.Combine(_folder, "out"), "plot.*").Select(Path.GetExtension), Is.SupersetOf((string[])[".dat", ".gp"]));
    }

    [Test]
    public async Task OnlyTheNamedGroupsRun()
    {
        (int code, _) = await Run([Finds("rings"), Finds("relay")], "relay", "--json", JsonFile);
        Assert.That((code, Rows()), Is.EqualTo((0, new[] { "relay" })));
    }

    [Test]
    public void FiguresFromBeforeAFailureAreWritten()
    {
        Assert.That(() =>
            Run([Finds("rings"), Fails("relay", new LabException("a sum is wrong")), Finds("vm")], "rings", "relay", "--json", JsonFile),
            Throws.TypeOf<LabException>());
        Assert.That(Rows(), Is.EqualTo(["rings"]));
        Assert.That(Problems(), Is.EqualTo(["relay: a sum is wrong"]));
    }

    [Test]
    public void FiguresFromBeforeCtrlCAreWritten()
    {
        Assert.That(() => Run([Finds("rings"), Fails("relay", new OperationCanceledException())], "--json", JsonFile),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That((Rows(), Problems()), Is.EqualTo((new[] { "rings" }, new[] { "relay: interrupted" })));
    }

    [Test]
    public void AFileThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() => Assert.That(
        () => Run([Fails("rings", new InvalidOperationException("measured"))], "--json", "/proc/nowhere/bench.json"),
        Throws.TypeOf<LabException>().With.Message.Contains("/proc/nowhere"));

    [TestCase("--rounds", "0", "--rounds must be from 1 to 100")]
    [TestCase("--rounds", "101", "--rounds must be from 1 to 100")]
    [TestCase("--rounds", "many", "many")]
    [TestCase("--kernel", "5.10", "6.12")]
    [TestCase("ring", "--quick", "'rings'")]
    public async Task AWrongArgumentIsRefused(string first, string second, string says)
    {
        (int code, string error) = await Run([Fails("rings", new InvalidOperationException("measured"))], first, second);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain(says));
    }

    /// <summary>A group that it does not know would have it set up what all groups need.</summary>
    [Test]
    public void TheScriptThatSetsUpWhatGroupsNeedKnowsAll()
    {
        var known = Regex.Match(File.ReadAllText(Path.Combine(Checkout.Root, "shmwifi")), @"\((?<groups>rings\|[a-z|-]+)\|-h\|--help\)");
        var groups = typeof(IBenchGroup).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IBenchGroup)))
            .Select(type => ((IBenchGroup)Activator.CreateInstance(type, nonPublic: true)!).Name);
        Assert.That(known.Groups["groups"].Value.Split('|'), Is.EquivalentTo(groups));
    }

    private async Task<(int Code, string Error)> Run(IReadOnlyList<IBenchGroup> groups, params string[] arguments)
    {
        var error = new StringWriter();
        int code = await BenchCommand.Create(groups).Parse([.. arguments, "--output", Path.Combine(_folder, "out")]).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = TextWriter.Null, Error = error });
        return (code, error.ToString());
    }

    private JsonNode Report() => JsonNode.Parse(File.ReadAllText(JsonFile))!;

    private string[] Problems() => [.. Report()["problems"]!.AsArray().Select(problem => $"{problem!["group"]}: {problem["message"]}")];

    private string[] Rows() => [.. Report()["rows"]!.AsArray().Select(row => (string)row!["group"]!)];

    private static Group Finds(string name) => new(name, null);

    private static Group Fails(string name, Exception exception) => new(name, exception);

    private sealed class Group(string name, Exception? exception) : IBenchGroup
    {
        public string Name => name;

        public string Description => "";

        public Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
        {
            if (exception != null)
                return Task.FromException(exception);
            results.Add(Figures.Met with { Group = name });
            results.Add(new Plot("plot", "title", "x", "y", false, false, [new Series("line", [(1, 1), (2, 2)])]));
            return Task.CompletedTask;
        }
    }
}
