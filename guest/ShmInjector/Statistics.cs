using System.Text;
using System.Text.Json;
using ShmWifi.Injector.Air;
using ShmWifi.Injector.Clock;
using ShmWifi.Injector.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Injector;

/// <summary>What the service did, for people or as JSON on standard output.</summary>
/// <param name="port">Holds the counters, since its VM was attached.</param>
/// <param name="radios">The radios.</param>
/// <param name="clock">The host's clock.</param>
/// <param name="host">Whether it is there.</param>
/// <param name="isJson">Whether to print JSON, an object a line.</param>
internal sealed class Statistics(GuestPort port, RadioTable radios, ClockSync clock, HostWatch host, bool isJson)
{
    private readonly long _startedNs = MonotonicClock.NowNs;
    private uint _overruns;

    /// <summary>Bytes that moving frames allocated on the managed heap; none is the aim.</summary>
    public long AllocatedBytes { get; set; }

    /// <summary>hwsim to host, for what is counted there.</summary>
    public TxPath? Tx { get; set; }

    /// <summary>Takes over how many messages the kernel could not queue for us.</summary>
    /// <param name="drops">Since the socket was opened.</param>
    public void CountOverruns(uint drops)
    {
        port.Count(GuestCounter.NetlinkOverruns, drops - _overruns);
        _overruns = drops;
    }

    /// <summary>Prints all.</summary>
    public void Print() => Console.Out.WriteLine(isJson ? FormatJson() : FormatText());

    private string FormatText()
    {
        ulong frames = Read(GuestCounter.TxFrames) + Read(GuestCounter.RxFrames);
        var text = new StringBuilder();
        text.AppendLine($"shm-injector: port {port.Index} (\"{port.Region.GetPortName(port.Index)}\"), {radios.Count} radios, up {(MonotonicClock.NowNs - _startedNs) / 1e9:F1} s, host {(host.IsThere ? "there" : $"away: {host.Reason}")}");
        text.AppendLine($"  sent      {Read(GuestCounter.TxFrames)} frames, {Read(GuestCounter.TxDropped)} dropped, {Read(GuestCounter.NetlinkOverruns)} lost by the socket, {Tx?.Malformed ?? 0} malformed");
        text.AppendLine($"  heard     {Read(GuestCounter.RxFrames)} frames, {Read(GuestCounter.RxRefused)} refused by hwsim, {Read(GuestCounter.RxInvalid)} invalid descriptors, {Tx?.StatusRefused ?? 0} late statuses");
        text.AppendLine($"  doorbells {Read(GuestCounter.Doorbells)} rung, {Read(GuestCounter.DoorbellsSuppressed)} saved");
        text.AppendLine($"  a frame   {PerFrame(Read(GuestCounter.SystemCalls), frames):F2} system calls, {PerFrame(Read(GuestCounter.Wakeups), frames):F2} wake-ups, {PerFrame((ulong)AllocatedBytes, frames):F2} bytes allocated");
        text.Append(clock.Answers == 0
            ? "  clock     not known yet"
            : $"  clock     host = ours {clock.Estimate.OffsetNs / 1e6:+0.000;-0.000} ms, within {clock.Estimate.ErrorNs / 1e3:F1} us, drift {clock.Estimate.Skew * 1e6:F2} ppm, {clock.Answers} exchanges, {clock.Jumps} jumps");
        return text.ToString();
    }

    private string FormatJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("port", port.Index);
            json.WriteString("name", port.Region.GetPortName(port.Index));
            json.WriteNumber("uptimeSeconds", (MonotonicClock.NowNs - _startedNs) / 1e9);
            json.WriteBoolean("hostIsThere", host.IsThere);
            json.WriteStartArray("radios");
            foreach (Radio? radio in radios.All)
            {
                if (radio is null or { IsGone: true })
                    continue;
                json.WriteStartObject();
                json.WriteNumber("number", radio.Number);
                json.WriteString("name", radio.Name);
                json.WriteString("transmitter", radio.Transmitter.ToString());
                json.WriteBoolean("monitor", radio.HasMonitor);
                json.WriteStartArray("addresses");
                foreach (RadioAddress address in radio.Addresses)
                    json.WriteStringValue(address.Value.ToString());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("counters");
            foreach (GuestCounter counter in Enum.GetValues<GuestCounter>())
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(counter.ToString()), Read(counter));
            json.WriteNumber("malformed", Tx?.Malformed ?? 0);
            json.WriteNumber("statusRefused", Tx?.StatusRefused ?? 0);
            json.WriteNumber("allocatedBytes", AllocatedBytes);
            json.WriteEndObject();
            if (clock.Answers > 0)
            {
                json.WriteStartObject("clock");
                json.WriteNumber("offsetNs", clock.Estimate.OffsetNs);
                json.WriteNumber("errorNs", clock.Estimate.ErrorNs);
                json.WriteNumber("skewPpm", clock.Estimate.Skew * 1e6);
                json.WriteNumber("exchanges", clock.Answers);
                json.WriteNumber("jumps", clock.Jumps);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static double PerFrame(ulong count, ulong frames) => frames == 0 ? 0 : (double)count / frames;

    private ulong Read(GuestCounter counter) => port.ReadCounter(counter);
}
