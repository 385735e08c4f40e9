using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Telemetry;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary>What a collector gets over OTLP.</summary>
public sealed class OtlpTests
{
    // Fields of opentelemetry-proto's ExportMetricsServiceRequest, on the way to a counter's points.
    private const int ResourceMetrics = 1, Resource = 1, ScopeMetrics = 2, Metrics = 2, MetricName = 1;
    private const int Sum = 7, Points = 1, PointValue = 6, PointTags = 7;

    [Test]
    public async Task ACollectorGetsTheMetersCounters()
    {
        int port = Loopback.FreePort();
        using var collector = new HttpListener();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        using var daemon = new TestDaemon(Isolation.Shared);
        using var export = OtlpExport.TryStart(Environment(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"), ("OTEL_RESOURCE_ATTRIBUTES", "host.name=bench7")));
        Assert.That(export, Is.Not.Null);
        var vm = daemon.Connect();
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(1));
        vm.Drain();
        for (int i = 0; i < 7; i++)
            vm.SendStamped(Data(Address(2), Address(1), new byte[100]));
        vm.Drain();

        using var limit = new CancellationTokenSource(Deadline.Limit);
        while (true)
        {
            byte[] request = await ReceiveAsync(collector, limit.Token);
            var all = Fields(request, ResourceMetrics).ToList();
            string resource = Encoding.UTF8.GetString(all.SelectMany(r => Fields(r, Resource)).First().Span);
            Assert.That(resource, Does.Contain("shm-medium").And.Contain("bench7"));
            var sent = all.SelectMany(r => Fields(r, ScopeMetrics)).SelectMany(s => Fields(s, Metrics))
                .Where(m => Encoding.UTF8.GetString(Fields(m, MetricName).First().Span) == "shmwifi.frames")
                .SelectMany(m => Fields(m, Sum)).SelectMany(s => Fields(s, Points))
                .Where(p => Fields(p, PointTags).Any(t => Encoding.UTF8.GetString(t.Span).Contains("transmit", StringComparison.Ordinal)))
                .Select(p => BinaryPrimitives.ReadInt64LittleEndian(Fields(p, PointValue).First().Span)).ToList();
            if (sent is [7])
                return;
        }
    }

    [Test]
    public void NothingIsSentUnlessACollectorIsNamed()
    {
        var endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
        Assert.That(OtlpExport.TryStart(Environment()), Is.Null);
        Assert.That(OtlpExport.TryStart(Environment(endpoint, ("OTEL_SDK_DISABLED", "True"))), Is.Null);
        Assert.That(OtlpExport.TryStart(Environment(endpoint, ("OTEL_METRICS_EXPORTER", "none"))), Is.Null);
    }

    private static IConfigurationRoot Environment(params (string Name, string Value)[] variables) =>
        new ConfigurationBuilder().AddInMemoryCollection(variables.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build();

    private static async Task<byte[]> ReceiveAsync(HttpListener collector, CancellationToken cancellation)
    {
        var context = await collector.GetContextAsync().WaitAsync(cancellation);
        Assert.That(context.Request.Url!.AbsolutePath, Is.EqualTo("/v1/metrics"));
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body, cancellation);
        context.Response.Close();
        return body.ToArray();
    }

    /// <summary>The values of one field of a protobuf message: what has a length, and 8-byte numbers.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int field)
    {
        int at = 0;
        while (at < message.Length)
        {
            ulong key = ReadVarint();
            int length = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)ReadVarint(),
                5 => 4,
                var type => throw new InvalidDataException($"a field of type {type}"),
            };
            if ((key & 7) == 0)
                _ = ReadVarint();
            var value = message.Slice(at, length);
            at += length;
            if (key >> 3 == (ulong)field)
                yield return value;
        }

        ulong ReadVarint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte part = message.Span[at++];
                value |= (ulong)(part & 0x7f) << shift;
                if (part < 0x80)
                    return value;
            }
        }
    }
}
