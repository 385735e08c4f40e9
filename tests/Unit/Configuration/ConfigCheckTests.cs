using System.CommandLine;
using System.Text.Json;
using ShmWifi.Lab;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class ConfigCheckTests
{
    private string _folder = "";

    private string _file = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-check").FullName;
        _file = Path.Combine(_folder, "medium.yaml");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private (int Code, string Output, string Error) Check(string yaml, params string[] options)
    {
        File.WriteAllText(_file, yaml);
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new Command("config") { new ConfigCheckCommand() }
            .Parse(["check", _file, .. options])
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    [Test]
    public void ARightFileIsExplained()
    {
        var (code, output, error) = Check("vms: [{ name: ap, socket: /run/ap.sock, radios: 1 }]\nlocal: true\nsocket: /run/any.sock\npolling: 20");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(error, Is.Empty);
            Assert.That(output, Does.Contain("one region of 128 MiB for up to 16 VMs"));
            Assert.That(output, Does.Contain("ap: /run/ap.sock, at most 1 radio"));
            Assert.That(output, Does.Contain("local      this kernel's own mac80211_hwsim radios"));
            Assert.That(output, Does.Contain("/run/any.sock: VMs named vm1"));
            Assert.That(output, Does.Contain("polling    20 microseconds"));
        }
    }

    [Test]
    public void AWrongFileFailsWithAllErrors()
    {
        var (code, output, error) = Check("sockt: a\nisolation: none\nsocket: b\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(output, Is.Empty);
            Assert.That(
                error.TrimEnd().Split('\n'),
                Is.EqualTo(new[]
                {
                    $"{_file}:1:1: error: unknown key 'sockt' (did you mean 'socket'?); allowed: isolation, socket, socketGroup, spoofing, polling, "
                        + $"scheduling, geometry, vms, local, time, timeTravel, capture, log, control, metrics, web, trunk, timing, seed, radios, "
                        + $"links, propagation, walls, fading, errorTable, faults, jammers, schedule",
                    $"{_file}:2:12: error: 'isolation' is 'none'; allowed: shared, per-vm",
                }));
        }
    }

    [Test]
    public void JsonSaysTheSame()
    {
        var right = Check("socket: /run/any.sock\nisolation: per-vm", "--json");
        using var said = JsonDocument.Parse(right.Output);
        var wrong = Check("socket: 1\nvms: 2", "--json");
        using var errors = JsonDocument.Parse(wrong.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(right.Code, Is.Zero);
            Assert.That(said.RootElement.GetProperty("isolation").GetString(), Is.EqualTo("per-vm"));
            Assert.That(said.RootElement.GetProperty("regionBytes").GetUInt64(), Is.EqualTo(8UL << 20));
            Assert.That(said.RootElement.GetProperty("medium").GetProperty("timing").GetString(), Is.EqualTo("instant"));
            Assert.That(wrong.Code, Is.EqualTo(1));
            Assert.That(errors.RootElement.GetProperty("errors")[0].GetProperty("line").GetInt32(), Is.EqualTo(2));
            Assert.That(errors.RootElement.GetProperty("errors")[0].GetProperty("field").GetString(), Is.EqualTo("vms"));
        }
    }

    [Test]
    public void TablesOfErrorRatesAreReadAlsoThoseOfTheSchedule()
    {
        File.WriteAllText(Path.Combine(_folder, "wrong.txt"), "ofdm 54 length 1000\n 18 1\n 20 2\n");
        File.WriteAllText(Path.Combine(_folder, "high.txt"), string.Join('\n', "-75" + Repeat(" 1", 16), "-74" + Repeat(" 529", 16)));
        var wrong = Check("socket: a\nerrorTable: none.txt\nschedule: [{at: 1s, errorTable: wrong.txt}, {at: 2s, errorTable: high.txt}]");
        var high = Check("socket: a\nerrorTable: high.txt");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong.Code, Is.EqualTo(1));
            Assert.That(wrong.Output, Is.Empty);
            Assert.That(wrong.Error, Does.Contain($"{_folder}/none.txt: error: cannot be read: ")
                .And.Contain($"{_folder}/wrong.txt:3:5: error: '2' is no PER: 0 to 1"));
            Assert.That(high.Code, Is.Zero);
            Assert.That(high.Output, Does.Contain($"errors     {_folder}/high.txt\n"));
            Assert.That(high.Error, Does.StartWith($"{_folder}/high.txt:2:5: warning: '529' is above 1"));
        }

        static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
    }

    [Test]
    public void EveryDocumentedConfigurationMeansWhatTheDocumentSays()
    {
        string document = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "configuration.md"));
        File.WriteAllText(Path.Combine(_folder, "per.txt"), "ofdm 54 length 1000\n18 1\n23 0\n");
        foreach (string? yaml in document.Split("```yaml\n").Skip(1).Select(part => part.Split("```")[0]))
        {
            var (code, output, error) = Check(yaml);
            Assert.That(code, Is.Zero, error);
            string said = output.Replace(_file, "/lab/medium.yaml", StringComparison.Ordinal)
                .Replace(Path.GetDirectoryName(_file)! + "/", "/lab/", StringComparison.Ordinal);
            Assert.That(document, Does.Contain(said));
        }
    }
}
