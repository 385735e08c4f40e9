using System.CommandLine;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.Lab;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class ImportCommandTests
{
    private const string TwoNodes =
        "ifaces: { ids = [\"02:00:00:00:00:00\", \"02:00:00:00:01:00\"]; links = ((0, 1, 12)); };\nmodel: { fading_coefficient = 2; };";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-import").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private (int Code, string Output, string Error) Import(string text, params string[] options)
    {
        File.WriteAllText(At("medium.cfg"), text);
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new Command("import") { new ImportCommand() }
            .Parse(["wmediumd", At("medium.cfg"), .. options])
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    [Test]
    public void WithoutOptionsTheConfigurationIsPrintedAndTheWarningsBesideIt()
    {
        var (code, output, error) = Import(TwoNodes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(() => DaemonConfiguration.Parse(output, "/lab/medium.yaml", needsVms: false), Throws.Nothing);
            Assert.That(output, Does.Contain("  - {from: \"02:00:00:00:00:00\", to: \"02:00:00:00:01:00\", snrDb: 12}\n"));
            Assert.That(error, Does.StartWith($"{At("medium.cfg")}:2:31: warning: wmediumd adds a normal deviate of 2 dB"));
        }
    }

    [Test]
    public void AFileForVmsCanBeRun()
    {
        File.WriteAllText(At("per"), string.Join('\n', Per(-75, 1), Per(-74, 0)));
        var (code, output, _) = Import(TwoNodes, "--vms", "ap,sta1", "--per", At("per"), "-o", At("medium.yaml"));
        var configuration = DaemonConfiguration.Load(At("medium.yaml"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Is.Empty);
            Assert.That(configuration.Vms.Select(vm => vm.Socket), Is.EqualTo(new[] { At("ap.sock"), At("sta1.sock") }));
            Assert.That(configuration.Medium.Links[1].To.Vm, Is.EqualTo("sta1"));
            Assert.That(configuration.Medium.ErrorTable, Is.EqualTo(At("per")));
        }
    }

    [Test]
    public void TheTableIsReadAndItsFaultsAreSaid()
    {
        File.WriteAllText(At("per"), string.Join('\n', Per(-75, 1), "-74 1"));
        File.WriteAllText(At("high"), string.Join('\n', Per(-75, 1), Per(-74, 529)));
        var wrong = Import(TwoNodes, "--per", At("per"));
        var high = Import(TwoNodes, "--per", At("high"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong.Code, Is.EqualTo(1));
            Assert.That(wrong.Output, Is.Empty);
            Assert.That(wrong.Error, Does.StartWith($"{At("per")}:2:1: error: 2 numbers: a line has 17"));
            Assert.That(high.Code, Is.Zero);
            Assert.That(high.Error, Does.Contain($"{At("high")}:2:5: warning: '529' is above 1"));
        }
    }

    private static string Per(int dbm, int per) => $"{dbm}{string.Concat(Enumerable.Repeat($" {per}", 16))}";

    [Test]
    public void JsonHasTheConfigurationAndTheWarnings()
    {
        var right = Import(TwoNodes, "--json");
        using var said = JsonDocument.Parse(right.Output);
        var wrong = Import("ifaces: {", "--json");
        using var errors = JsonDocument.Parse(wrong.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right.Code, Is.Zero);
            Assert.That(said.RootElement.GetProperty("configuration").GetProperty("timing").GetString(), Is.EqualTo("airtime"));
            Assert.That(said.RootElement.GetProperty("warnings")[0].GetProperty("line").GetInt32(), Is.EqualTo(2));
            Assert.That(wrong.Code, Is.EqualTo(1));
            Assert.That(errors.RootElement.GetProperty("errors")[0].GetProperty("message").GetString(), Does.Contain("the end of the file"));
        }
    }

    [Test]
    public void TheDocumentedImportIsWhatTheCommandSays()
    {
        string document = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "wmediumd.md"));
        var (code, output, error) = Import(document.Split("```cfg\n")[1].Split("```")[0], "--vms", "ap,sta1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(document, Does.Contain($"```yaml\n{output}```"));
            Assert.That(document, Does.Contain($"```console\n{error.Replace(At("medium.cfg"), "walk.cfg", StringComparison.Ordinal)}```"));
        }
    }

    [TestCase("ifaces: {", "medium.cfg:1:10: error: here is the end of the file; expected the name of a setting, or '}'")]
    [TestCase(TwoNodes, "--vms: error: 'a b' cannot be a VM's name; allowed: 1 to 47 characters out of A-Z a-z 0-9 _ . -", "--vms", "a b,c")]
    [TestCase(TwoNodes, "/nowhere/per: error: cannot be read: ", "--per", "/nowhere/per")]
    [TestCase(TwoNodes, "/nowhere/x.yaml: error: cannot be written: ", "-o", "/nowhere/x.yaml")]
    public void WhatIsWrongIsSaid(string text, string expected, params string[] options)
    {
        var (code, output, error) = Import(text, options);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(output, Is.Empty);
            Assert.That(error, Does.Contain(expected));
        }
    }
}
