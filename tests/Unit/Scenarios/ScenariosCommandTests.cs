using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.Lab;
using ShmWifi.Tests.Scenarios;

namespace ShmWifi.Tests.Unit.Scenarios;

/// <summary>The command, with scenarios that find what they are told to find.</summary>
internal class ScenariosCommandTests
{
    private string _file = null!;

    [SetUp]
    public void NameFile() => _file = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_file);

    [Test]
    public async Task RowsSayWhatWasMeasuredAndWhetherItIsWithinItsLimits()
    {
        (int code, _, _) = await Run([Finds("a", 2, 1, 3), Finds("b", double.NaN, null, null)], "--json", _file);
        Assert.That(code, Is.Zero);
        Assert.That(Rows().Select(row => row.ToJsonString()), Is.EqualTo(
        [
            """{"group":"a","figure":"found","unit":"dB","value":2,"spread":null,"baseline":null,"ratio":null,"limit":"1 .. 3","met":true,"low":1,"high":3,"part":null}""",
            """{"group":"b","figure":"found","unit":"dB","value":null,"spread":null,"baseline":null,"ratio":null,"limit":null,"met":null,"low":null,"high":null,"part":null}""",
        ]));
    }

    [TestCase(0.9, 1.0, 3.0)]
    [TestCase(3.1, 1.0, 3.0)]
    [TestCase(0.9, 1.0, null)]
    [TestCase(3.1, null, 3.0)]
    [TestCase(double.NaN, 1.0, 3.0)]
    public async Task AFigureBeyondItsLimitsFailsTheRun(double value, double? low, double? high)
    {
        (int code, _, _) = await Run([Finds("a", value, low, high)], "--json", _file);
        Assert.That((code, (bool?)Rows().Single()["met"]), Is.EqualTo((1, (bool?)false)));
    }

    [Test]
    public async Task AScenarioThatBreaksFailsTheRunAndLeavesTheOthersTheirTurn()
    {
        (int code, _, _) = await Run([Fails("a", new LabException("no VM boots")), Finds("b", 2, 1, 3)], "--json", _file);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(Report()["problems"]!.ToJsonString(), Is.EqualTo("""[{"group":"a","message":"no VM boots"}]"""));
        Assert.That(Rows().Select(row => (string?)row["group"]), Is.EqualTo(["b"]));
    }

    [Test]
    public void FiguresFromBeforeCtrlCAreWritten()
    {
        Assert.That(() => Run([Finds("a", 2, 1, 3), Fails("b", new OperationCanceledException())], "--json", _file),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Rows(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task OnlyTheNamedScenariosRun()
    {
        (int code, _, _) = await Run([Fails("a", new InvalidOperationException("ran")), Finds("b", 2, 1, 3)], "b");
        Assert.That(code, Is.Zero);
    }

    [Test]
    public async Task TheListNamesAllAndRunsNone()
    {
        (int code, string output, _) =
            await Run([Fails("a", new InvalidOperationException("ran")), Fails("b", new InvalidOperationException("ran"))], "--list");
        Assert.That(code, Is.Zero);
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(2));
    }

    [TestCase("c", "'a'")]
    [TestCase("--kernel=5.10", "6.12")]
    public async Task AWrongArgumentIsRefused(string argument, string says)
    {
        (int code, _, string error) = await Run([Fails("a", new InvalidOperationException("ran"))], argument);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain(says));
    }

    [Test]
    public void AFileThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() => Assert.That(
        () => Run([Fails("a", new InvalidOperationException("ran"))], "--json", "/proc/nowhere/rows.json"),
        Throws.TypeOf<LabException>().With.Message.Contains("/proc/nowhere"));

    [Test]
    public void NamesAreUniqueAndKebabCase()
    {
        string[] names = [.. Catalogue.All.Select(scenario => scenario.Name)];
        Assert.That(names, Is.Unique.And.All.Match("^[a-z][a-z0-9]*(-[a-z0-9]+)*$"));
    }

    private static async Task<(int Code, string Output, string Error)> Run(IReadOnlyList<IScenario> scenarios, params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await ScenariosCommand.Create(scenarios).Parse(arguments).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    private JsonNode Report() => JsonNode.Parse(File.ReadAllText(_file))!;

    private JsonNode[] Rows() => [.. Report()["rows"]!.AsArray().OfType<JsonNode>()];

    private static Scenario Finds(string name, double value, double? low, double? high) => new(name, run =>
    {
        if (low is null && high is null)
            run.Tell("found", "dB", value);
        else
            run.Judge("found", "dB", value, low, high);
    });

    private static Scenario Fails(string name, Exception exception) => new(name, _ => throw exception);

    private sealed class Scenario(string name, Action<ScenarioRun> run) : IScenario
    {
        public string Name => name;

        public string Description => "";

        public bool NeedsVms => false;

        public Task RunAsync(ScenarioRun one)
        {
            run(one);
            return Task.CompletedTask;
        }
    }
}
