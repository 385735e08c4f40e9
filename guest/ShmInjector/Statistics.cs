using System.Text;
using System.Text.Json;
using ShmWifi.Hwsim;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmInjector;

/// <summary>What the service did, for people or as JSON on standard output.</summary>
/// <param name="port">Holds the counters, since its VM was attached.</param>
/// <param name="isJson">Whether to print JSON, an object a line.</param>
internal sealed class Statistics(GuestPort port, HwsimService service, bool isJson)
{
    private readonly long _startedNs = MonotonicClock.NowNs;

    /// <summary>Prints all.</summary>
    public void Print() => Console.Out.WriteLine(isJson ? FormatJson() : FormatText());

    private string FormatText()
    {
        ulong frames = Read(GuestCounter.TxFrames) + Read(GuestCounter.RxFrames);
        var text = new StringBuilder();
        text.AppendLine($"shm-injector: port {port.Index} (\"{port.Region.GetPortName(port.Index)}\"), {service.Radios.Count} radios, up "
            + $"{(MonotonicClock.NowNs - _startedNs) / 1e9:F1} s, host {(service.Host.IsThere ? "there" : $"away: {service.Host.Reason}")}");
        text.AppendLine($"  sent      {Read(GuestCounter.TxFrames)} frames, {Read(GuestCounter.TxDropped)} dropped, "
            + $"{Read(GuestCounter.NetlinkOverruns)} lost by the socket, {service.Tx.Malformed} malformed");
        text.AppendLine($"  received  {Read(GuestCounter.RxFrames)} frames, {Read(GuestCounter.RxRefused)} refused by hwsim, "
            + $"{Read(GuestCounter.RxInvalid)} invalid descriptors, {service.Tx.StatusRefused} late statuses");
        text.AppendLine($"  doorbells {Read(GuestCounter.Doorbells)} rung, {Read(GuestCounter.DoorbellsSuppressed)} saved");
        text.AppendLine($"  a frame   {PerFrame(Read(GuestCounter.SystemCalls), frames):F2} system calls, "
            + $"{PerFrame(Read(GuestCounter.Wakeups), frames):F2} wake-ups, {PerFrame((ulong)service.AllocatedBytes, frames):F2} bytes allocated");
        text.Append(service.Clock.Answers == 0
            ? "  clock     not known yet"
            : $"  clock     host = ours {service.Clock.Estimate.OffsetNs / 1e6:+0.000;-0.000} ms, within {service.Clock.Estimate.ErrorNs / 1e3:F1} "
                + $"us, drift {service.Clock.Estimate.Skew * 1e6:F2} ppm, {service.Clock.Answers} exchanges, {service.Clock.Jumps} jumps");
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
            json.WriteBoolean("hostIsThere", service.Host.IsThere);
            json.WriteStartArray("radios");
            foreach (var radio in service.Radios.All)
            {
                if (radio is null or { IsGone: true })
                    continue;
                json.WriteStartObject();
                json.WriteNumber("number", radio.Number);
                json.WriteString("name", radio.Name);
                json.WriteString("transmitter", radio.Transmitter.ToString());
                json.WriteBoolean("monitor", radio.HasMonitor);
                json.WriteStartArray("addresses");
                foreach (var address in radio.Addresses)
                    json.WriteStringValue(address.Value.ToString());
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("counters");
            foreach (var counter in Enum.GetValues<GuestCounter>())
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(counter.ToString()), Read(counter));
            json.WriteNumber("malformed", service.Tx.Malformed);
            json.WriteNumber("statusRefused", service.Tx.StatusRefused);
            json.WriteNumber("allocatedBytes", service.AllocatedBytes);
            json.WriteEndObject();
            if (service.Clock.Answers > 0)
            {
                json.WriteStartObject("clock");
                json.WriteNumber("offsetNs", service.Clock.Estimate.OffsetNs);
                json.WriteNumber("errorNs", service.Clock.Estimate.ErrorNs);
                json.WriteNumber("skewPpm", service.Clock.Estimate.Skew * 1e6);
                json.WriteNumber("exchanges", service.Clock.Answers);
                json.WriteNumber("jumps", service.Clock.Jumps);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static double PerFrame(ulong count, ulong frames) => frames == 0 ? 0 : (double)count / frames;

    private ulong Read(GuestCounter counter) => port.ReadCounter(counter);
}
