using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace ShmWifi.Medium.Telemetry;

/// <summary>Reads the Meter <c>ShmWifi.Medium</c> of another process by EventPipe, as dotnet-counters does.</summary>
/// <remarks>
/// <para>Source: dotnet/runtime System.Diagnostics.DiagnosticSource, MetricsEventSource: provider System.Diagnostics.Metrics, keyword
/// TimeSeriesValues; for each collection CollectionStart, a value a series, CollectionStop. A process has one session of it, which listeners share
/// when they ask for SHARED and for the same settings, or for none.</para>
/// <para>So we ask for dotnet-counters' settings first; for more series where a thousand do not do; and join a session that is there
/// with other settings as it is.</para>
/// </remarks>
/// <param name="pid">The process.</param>
/// <param name="interval">How often to collect.</param>
public sealed class MeterSession(int pid, TimeSpan interval)
{
    private const string Provider = "System.Diagnostics.Metrics";
    private const long TimeSeriesValues = 2; // MetricsEventSource.Keywords
    private const string Session = "SHARED";
    private const int UsualSeries = 1000, ManySeries = 100_000;
    private const int UsualHistograms = 10;

    private readonly MeterReadings _readings = new();
    private readonly Lock _lock = new();
    private EventPipeSession? _session;
    private bool _isStopping;
    private Outcome _outcome;

    private enum Outcome
    {
        Ended,
        TooManySeries,
        OtherSettings,
    }

    /// <summary>Hands over one snapshot for each collection, on the caller's thread, until <see cref="Stop"/> or until the process ends.</summary>
    /// <param name="onSnapshot">The snapshot, and the time of its collection in ns from an arbitrary start.</param>
    /// <exception cref="MeterSessionException">The process cannot be read; says why.</exception>
    public void Run(Action<MediumSnapshot, long> onSnapshot)
    {
        _outcome = Collect(Settings(UsualSeries), onSnapshot);
        if (_outcome == Outcome.TooManySeries)
            _outcome = Collect(Settings(ManySeries), onSnapshot);
        if (_outcome == Outcome.OtherSettings)
            _ = Collect([], onSnapshot);
    }

    /// <summary>Ends <see cref="Run"/>. Any thread.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
            EndSession();
        }
    }

    private Dictionary<string, string> Settings(int series) => new(StringComparer.Ordinal)
    {
        ["RefreshInterval"] = interval.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ["MaxTimeSeries"] = series.ToString(CultureInfo.InvariantCulture),
        ["MaxHistograms"] = UsualHistograms.ToString(CultureInfo.InvariantCulture),
    };

    private Outcome Collect(Dictionary<string, string> settings, Action<MediumSnapshot, long> onSnapshot)
    {
        string client = Guid.NewGuid().ToString();
        settings["SessionId"] = Session;
        settings["ClientId"] = client;
        settings["Metrics"] = MediumMeter.Name;
        var outcome = Outcome.Ended;
        using EventPipeSession session = Open(new EventPipeProvider(Provider, EventLevel.Informational, TimeSeriesValues, settings));
        lock (_lock)
        {
            _session = session;
            if (_isStopping)
                EndSession();
        }
        using var source = new EventPipeEventSource(session.EventStream);
        source.Dynamic.AddCallbackForProviderEvent(Provider, null, item =>
        {
            if (_isStopping || outcome != Outcome.Ended)
                return;
            outcome = Handle(item, client, onSnapshot);
            if (outcome == Outcome.Ended)
                return;
            lock (_lock)
                EndSession();
        });
        try
        {
            source.Process();
        }
        catch (Exception exception) when (exception is IOException or FormatException or SocketException)
        {
            // The process died amid an event.
        }
        lock (_lock)
            _session = null;
        return outcome;
    }

    private Outcome Handle(TraceEvent item, string client, Action<MediumSnapshot, long> onSnapshot)
    {
        switch (item.EventName)
        {
            case "MultipleSessionsConfiguredIncorrectlyError" when Payload(item, "clientId") == client:
                return Outcome.OtherSettings;
            case "MultipleSessionsNotSupportedError":
                throw new MeterSessionException($"another tool reads the counters of process {pid} and does not share; end it, or update it");
            case var _ when Payload(item, "sessionId") != Session:
                break;
            case "TimeSeriesLimitReached" when _outcome == Outcome.Ended:
                return Outcome.TooManySeries;
            case "CollectionStart/Start" or "CollectionStart" or "Collection/Start":
                _readings.Clear();
                break;
            case "CounterRateValuePublished" or "UpDownCounterRateValuePublished":
                Add(item, "value");
                break;
            case "GaugeValuePublished":
                Add(item, "lastValue");
                break;
            case "ObservableInstrumentCallbackError" or "Error":
                throw new MeterSessionException($"process {pid} cannot read its counters: {Payload(item, "errorMessage")}");
            case "CollectionStop/Stop" or "CollectionStop" or "Collection/Stop":
                if (_readings.IsEmpty)
                    throw new MeterSessionException($"process {pid} has no Meter {MediumMeter.Name}: it is no shm-medium, or one of another version");
                onSnapshot(_readings.ToSnapshot(), (long)(item.TimeStampRelativeMSec * 1e6));
                break;
        }
        return Outcome.Ended;
    }

    private void Add(TraceEvent item, string field)
    {
        if (Payload(item, "meterName") == MediumMeter.Name)
            _readings.Add(Payload(item, "instrumentName"), Payload(item, "tags"), Payload(item, field));
    }

    private static string Payload(TraceEvent item, string field) => item.PayloadByName(field) as string ?? "";

    /// <summary>Asks the process to end the event stream; whoever reads it reads on until it has. On another thread, since it waits for the answer.</summary>
    private void EndSession()
    {
        if (_session is { } session)
        {
            _session = null;
            _ = Task.Run(() => StopQuietly(session));
        }
    }

    private static void StopQuietly(EventPipeSession session)
    {
        try
        {
            session.Stop();
        }
        catch (Exception exception) when (exception is ServerNotAvailableException or IOException or EndOfStreamException or TimeoutException or ObjectDisposedException)
        {
            // The process is gone, and the stream with it.
        }
    }

    private EventPipeSession Open(EventPipeProvider provider)
    {
        try
        {
            return new DiagnosticsClient(pid).StartEventPipeSession(provider, requestRundown: false);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied })
        {
            throw new MeterSessionException($"process {pid} belongs to another user; run top as that user or as root", exception);
        }
        catch (Exception exception) when (exception is DiagnosticsClientException or IOException or SocketException or TimeoutException)
        {
            throw new MeterSessionException(
                Directory.Exists($"/proc/{pid}")
                    ? $"process {pid} has no diagnostic socket: it is no .NET process, or its diagnostics are off (DOTNET_EnableDiagnostics=0), or its TMPDIR is not ours"
                    : $"there is no process {pid}",
                exception);
        }
    }
}

/// <summary>A process whose Meter cannot be read.</summary>
public sealed class MeterSessionException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="message">A sentence.</param>
    /// <param name="inner">What was found.</param>
    public MeterSessionException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
