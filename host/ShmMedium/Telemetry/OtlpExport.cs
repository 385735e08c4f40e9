using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>Sends the Meter to an OpenTelemetry collector, where the standard environment variables name one.</summary>
/// <remarks>Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".</remarks>
internal sealed class OtlpExport : IDisposable
{
    private const int MaxPairSeries = 20_000; // of latencies; OpenTelemetry's own limit, 2,000, is that of 11 VMs
    private const int EndLimitMs = 1000; // for what was not sent yet
    private readonly MeterProvider _provider;

    private OtlpExport(MeterProvider provider) => _provider = provider;

    /// <summary>Sends from now on.</summary>
    /// <param name="environment">The environment variables.</param>
    /// <returns>Null: they name no collector, or forbid it.</returns>
    public static OtlpExport? TryStart(IConfiguration environment)
    {
        bool isWanted = !string.IsNullOrEmpty(environment["OTEL_EXPORTER_OTLP_ENDPOINT"])
            || !string.IsNullOrEmpty(environment["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"]);
        if (!isWanted || Is("OTEL_SDK_DISABLED", "true") || Is("OTEL_METRICS_EXPORTER", "none"))
            return null;
        return new OtlpExport(Build(environment));

        bool Is(string name, string value) => string.Equals(environment[name], value, StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = _provider.Shutdown(EndLimitMs); // a collector that does not answer holds nobody up
        _provider.Dispose();
    }

    /// <summary>Apart, so that without a collector none of OpenTelemetry's assemblies is loaded.</summary>
    private static MeterProvider Build(IConfiguration environment)
    {
        string version = typeof(OtlpExport).Assembly.GetName().Version!.ToString(3);
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(environment))
            .ConfigureResource(resource => resource.Clear() // in this order: OTEL_SERVICE_NAME comes after ours
                .AddService("shm-medium", serviceVersion: version).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .AddMeter(MediumMeter.Name)
            .AddView(instrument => instrument.Name.StartsWith("shmwifi.latency", StringComparison.Ordinal)
                ? new MetricStreamConfiguration { CardinalityLimit = MaxPairSeries }
                : null)
            .AddOtlpExporter()
            .Build();
    }
}
