using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Lab;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary>Debian's Prometheus reads <c>/metrics</c>; the alerts and the dashboard that are delivered, with what it read.</summary>
[Explicit("needs Debian's Prometheus, which './shmwifi test --nightly' unpacks")]
[Category("Nightly")]
public sealed class PrometheusTests
{
    [Test]
    public void TheAlertsAreRightAndFireWhenTheyShould()
    {
        string folder = Path.Combine(Checkout.Root, "packaging/prometheus");
        Run("promtool", ["check", "rules", Path.Combine(folder, "shmwifi.rules.yaml")]);
        Run("promtool", ["test", "rules", Path.Combine(folder, "shmwifi.rules.test.yaml")]);
    }

    [Test]
    public void PrometheusHasTheApisValuesAndUnderstandsEachPanelOfTheDashboard()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-prometheus").FullName;
        (int metrics, int own) = (Loopback.FreePort(), Loopback.FreePort());
        using var daemon = new TestDaemon(Isolation.Shared, keys: $"metrics: {metrics}");
        var (one, other) = (Ready(daemon, 1), Ready(daemon, 2));
        for (int i = 0; i < 100; i++)
        {
            one.SendStamped(Data(Address(2), Address(1), new byte[100]));
            other.Receive();
        }
        one.Drain();
        other.Drain();
        File.WriteAllText(Path.Combine(folder, "prometheus.yaml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [{{Checkout.Root}}/packaging/prometheus/shmwifi.rules.yaml]
            scrape_configs:
              - job_name: shmwifi
                static_configs: [{ targets: ["127.0.0.1:{{metrics}}"] }]
            """);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{own}/") };
        using var prometheus = Process.Start(new ProcessStartInfo(Find("prometheus"),
            [$"--config.file={folder}/prometheus.yaml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{own}"])
        { UseShellExecute = false, RedirectStandardError = true })!;
        var log = prometheus.StandardError.ReadToEndAsync();
        try
        {
            Deadline.Until(() => Query(http, "up == 1").Count == 1 && Query(http, "shmwifi_frames_total").Count != 0, "Prometheus has read it");
            var truth = daemon.Daemon.Snapshots.Take();
            foreach (var vm in truth.Vms)
            {
                Assert.That(ValueOf(http, $"shmwifi_frames_total{{vm=\"{vm.Name}\",direction=\"transmit\"}}"), Is.EqualTo(vm.TxFrames));
                Assert.That(ValueOf(http, $"shmwifi_bytes_total{{vm=\"{vm.Name}\",direction=\"receive\"}}"), Is.EqualTo(vm.RxBytes));
            }
            Assert.That(ValueOf(http, "shmwifi_medium_frames_total"), Is.EqualTo(truth.Medium.Frames).And.EqualTo(100));
            Assert.That(ValueOf(http, "shmwifi_latency_bucket_total{to=\"vm2\",hop=\"total\",le=\"+Inf\"}"), Is.EqualTo(100));
            foreach (string expression in Expressions())
            {
                Assert.That(() => Query(http, expression), Throws.Nothing, expression);
                foreach (string name in expression.Split(['(', ' ', '{', '[', ')']).Where(w => w.StartsWith("shmwifi_", StringComparison.Ordinal)))
                    Assert.That(Query(http, $"count({name})"), Is.Not.Empty, $"{name}, which a panel shows");
            }
        }
        finally
        {
            prometheus.Kill();
            prometheus.WaitForExit();
            _ = log.Result;
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The panels' queries, with Grafana's variables filled in.</summary>
    private static IEnumerable<string> Expressions() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "packaging/grafana/shmwifi.json")))!["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray())
            .Select(target => target!["expr"]!.ToString().Replace("$instance", ".*", StringComparison.Ordinal)
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal));

    private static JsonArray Query(HttpClient http, string expression)
    {
        try
        {
            using var answer = http.GetAsync(new Uri($"api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative)).Result;
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                return []; // it starts
            var json = JsonNode.Parse(answer.Content.ReadAsStringAsync().Result)!;
            return json["status"]!.ToString() == "success"
                ? json["data"]!["result"]!.AsArray()
                : throw new InvalidOperationException(json["error"]!.ToString());
        }
        catch (AggregateException exception) when (exception.InnerException is HttpRequestException)
        {
            return []; // it starts
        }
    }

    private static double ValueOf(HttpClient http, string expression) =>
        double.Parse(Query(http, expression).Single()!["value"]![1]!.ToString(), CultureInfo.InvariantCulture);

    private static SimulatedGuest Ready(TestDaemon daemon, int number)
    {
        var vm = daemon.Connect();
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }

    private static void Run(string tool, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(tool), arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
    }

    /// <summary>Of the PATH, or as <c>./shmwifi test --nightly</c> unpacks it: the package would start a service.</summary>
    private static string Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append(Path.Combine(Checkout.Cache, "prometheus/usr/bin"))
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException($"{tool} is not there: ./shmwifi test --nightly unpacks it");
}
