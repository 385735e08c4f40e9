using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Cli.Ctl;
using ShmWifi.ShmMedium.Telemetry;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary><c>/metrics</c> beside <c>/v1/status</c> of a daemon that serves both.</summary>
public sealed partial class MetricsTests
{
    private int _port;
    private TestDaemon _daemon = null!;

    [SetUp]
    public void SetUp()
    {
        _port = Loopback.FreePort();
        _daemon = new TestDaemon(Isolation.Shared, keys: $"metrics: {_port}");
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public async Task EveryValueIsThatOfTheApi()
    {
        var (one, other) = (Ready(1), Ready(2));
        for (int i = 0; i < 100; i++)
        {
            one.SendStamped(Data(Address(2), Address(1), new byte[100]));
            other.Receive();
        }
        one.Drain();
        other.Drain();
        Deadline.Until(() => _daemon.Daemon.Snapshots.Take().Vms.All(v => v is { RxOutstanding: 0, TxSlotsHeld: 0 }), "all is given back");

        var said = await ReadAsync();
        var truth = JsonSerializer.Deserialize(await StatusAsync(), SnapshotJson.Default.MediumSnapshot)!;
        Assert.That(said.Vms.Single(v => v.Name == "vm1").TxFrames, Is.EqualTo(100));
        Assert.That(said.LatencyBuckets.Single(b => b is { To: "vm2", Hop: "total" }).Counts["+Inf"], Is.EqualTo(100));
        Assert.That(Text(said), Is.EqualTo(Text(truth)));
    }

    [Test]
    public async Task AVmThatWentIsInItNoMoreAndNeitherIsAStateThatIsOver()
    {
        var vm = _daemon.Connect();
        Deadline.Until(() => ScrapeAsync().Result.Contains("state=\"attached\"", StringComparison.Ordinal), "it is attached");
        vm.Hello();
        vm.Drain();
        Deadline.Until(() => ScrapeAsync().Result.Contains("state=\"ready\"", StringComparison.Ordinal), "it is ready");
        Assert.That(await ScrapeAsync(), Does.Not.Contain("state=\"attached\""));
        vm.Kill();
        Deadline.Until(() => !ScrapeAsync().Result.Contains("vm=\"vm1\"", StringComparison.Ordinal), "it went");
    }

    [Test]
    public async Task BucketsAddUpToTheQuantile()
    {
        var (one, other) = (Ready(1), Ready(2));
        for (int i = 0; i < 50; i++)
        {
            one.SendStamped(Data(Address(2), Address(1), new byte[100]));
            other.Receive();
        }
        other.Drain();
        var said = await ReadAsync();
        double p99 = said.Latency.Single(l => l is { From: "vm1", To: "vm2" }).Us.P99;
        var counts = said.LatencyBuckets.Single(b => b is { To: "vm2", Hop: "total" }).Counts;
        (double Le, ulong Count)[] buckets = [.. counts.Where(c => c.Key != "+Inf")
            .Select(c => (double.Parse(c.Key, CultureInfo.InvariantCulture), c.Value)).OrderBy(c => c.Item1)];
        Assert.That(buckets.Select(b => b.Count), Is.Ordered);
        double rank = Math.Ceiling(0.99 * counts["+Inf"]);
        var bucket = buckets.First(b => b.Count >= rank);
        Assert.That(p99, Is.LessThanOrEqualTo(bucket.Le).And.GreaterThan(bucket.Le / 2.1));
    }

    [Test]
    public async Task OtherPagesAreNotThereAndAnAddressThatIsTakenIsToldWhileTheMediumIsServed()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{_port}/"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using var second = new TestDaemon(Isolation.Shared, keys: $"metrics: 127.0.0.1:{_port}");
        Assert.That(second.Log.Events.Select(e => e.Message), Has.One.Contains($"nobody can read them at 127.0.0.1:{_port}"));
        second.Attach(Address(1));
    }

    private SimulatedGuest Ready(int number)
    {
        var vm = _daemon.Connect();
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }

    private async Task<string> ScrapeAsync()
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"));
    }

    private async Task<string> StatusAsync()
    {
        using var client = new ControlClient(_daemon.ControlSocket);
        return await client.SendAsync(HttpMethod.Get, "status", body: null, CancellationToken.None);
    }

    /// <summary>The snapshot that a scrape tells.</summary>
    private async Task<MediumSnapshot> ReadAsync()
    {
        var instruments = new Dictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == MediumMeter.Name)
                    instruments[PrometheusText.NameOf(instrument)] = instrument.Name;
            },
        };
        listener.Start();
        var readings = new MeterReadings();
        foreach (string line in (await ScrapeAsync()).Split('\n').Where(line => line.Length != 0 && line[0] != '#'))
        {
            var parts = Line().Match(line);
            Assert.That(parts.Success, Is.True, line);
            string tags = parts.Groups["tags"].Value.Replace("\"", "", StringComparison.Ordinal);
            readings.Add(instruments[parts.Groups["name"].Value], tags, parts.Groups["value"].Value);
        }
        return readings.ToSnapshot();
    }

    /// <summary>Without the engine's own sums, which go on, and in one order.</summary>
    private static string Text(MediumSnapshot snapshot) => JsonSerializer.Serialize(
        snapshot with
        {
            Pid = 0,
            Collector = null,
            Medium = snapshot.Medium with { Sleeps = 0, AllocatedBytesPerFrame = 0 },
            Latency = [.. snapshot.Latency.OrderBy(l => l.From, StringComparer.Ordinal).ThenBy(l => l.To, StringComparer.Ordinal)],
        },
        SnapshotJson.Default.MediumSnapshot);

    [GeneratedRegex("""^(?<name>[a-zA-Z_]+)(\{(?<tags>.*)\})? (?<value>[^ ]+)$""",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
