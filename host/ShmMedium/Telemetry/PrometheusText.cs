using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>One collection of a Meter, as Prometheus reads it.</summary>
/// <remarks>
/// <para>Text format 0.0.4 (prometheus.io, "Exposition formats"). Names have their unit and <c>_total</c>, as OpenTelemetry's compatibility with
/// Prometheus has them.</para>
/// <para>Not by OpenTelemetry's exporter: it goes on to tell the last value of a series that has ended, so that a VM which went, or was once
/// only attached, would stay (docs/monitoring.md).</para>
/// </remarks>
internal static class PrometheusText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Reads all observable instruments of a Meter.</summary>
    public static string Collect(Meter meter)
    {
        var text = new StringBuilder();
        Instrument? last = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == meter)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return text.ToString();

        void Add(Instrument instrument, IFormattable value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = NameOf(instrument);
            if (instrument != last)
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} {TypeOf(instrument)}\n");
            last = instrument;
            text.Append(name);
            for (int i = 0; i < tags.Length; i++)
                text.Append(i == 0 ? '{' : ',').Append(tags[i].Key).Append("=\"").Append(Escaped(tags[i].Value)).Append('"');
            text.Append(tags.IsEmpty ? " " : "} ").Append(value.ToString(null, CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    /// <summary>The name of an instrument's series.</summary>
    public static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch
        {
            "us" => "_microseconds",
            "By" => "_bytes",
            "By/{frame}" => "_bytes_per_frame",
            "MHz" => "_megahertz",
            _ => "", // a count of things: {frame}
        };
        string name = instrument.Name.Replace('.', '_');
        return $"{name}{(name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit)}{(IsCounter(instrument) ? "_total" : "")}";
    }

    private static bool IsCounter(Instrument instrument) => instrument is ObservableCounter<long>;

    private static string TypeOf(Instrument instrument) => IsCounter(instrument) ? "counter" : "gauge";

    private static string Escaped(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture)!
        .Replace("\\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);
}
