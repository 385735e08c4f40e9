using System.Text;
using System.Text.Json;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Injector;

/// <summary>What the service did, for people or as JSON on standard output.</summary>
/// <param name="port">Holds the counters, since its VM was attached.</param>
/// <param name="loop">Moves the frames.</param>
/// <param name="isJson">Whether to print JSON, an object a line.</param>
internal sealed class Statistics(GuestPort port, AirLoop loop, bool isJson)
{
    private readonly long _startedNs = MonotonicClock.NowNs;

    /// <summary>Prints all.</summary>
    public void Print() => Console.Out.WriteLine(isJson ? FormatJson() : FormatText());

    private string FormatText()
    {
        ulong frames = Read(GuestCounter.TxFrames) + Read(GuestCounter.RxFrames);
        var text = new StringBuilder();
        text.AppendLine($"shm-injector: port {port.Index} (\"{port.Region.GetPortName(port.Index)}\"), {loop.Radios.Count} radios, up {(MonotonicClock.NowNs - _startedNs) / 1e9:F1} s, host {(loop.Host.IsThere ? "there" : $"away: {loop.Host.Reason}")}");
        text.AppendLine($"  sent      {Read(GuestCounter.TxFrames)} frames, {Read(GuestCounter.TxDropped)} dropped, {Read(GuestCounter.NetlinkOverruns)} lost by the socket, {loop.Tx.Malformed} malformed");
        text.AppendLine($"  heard     {Read(GuestCounter.RxFrames)} frames, {Read(GuestCounter.RxRefused)} refused by hwsim, {Read(GuestCounter.RxInvalid)} invalid descriptors, {loop.Tx.StatusRefused} late statuses");
        text.AppendLine($"  doorbells {Read(GuestCounter.Doorbells)} rung, {Read(GuestCounter.DoorbellsSuppressed)} saved");
        text.AppendLine($"  a frame   {PerFrame(Read(GuestCounter.SystemCalls), frames):F2} system calls, {PerFrame(Read(GuestCounter.Wakeups), frames):F2} wake-ups, {PerFrame((ulong)loop.AllocatedBytes, frames):F2} bytes allocated");
        text.Append(loop.Clock.Answers == 0
            ? "  clock     not known yet"
            : $"  clock     host = ours {loop.Clock.Estimate.OffsetNs / 1e6:+0.000;-0.000} ms, within {loop.Clock.Estimate.ErrorNs / 1e3:F1} us, drift {loop.Clock.Estimate.Skew * 1e6:F2} ppm, {loop.Clock.Answers} exchanges, {loop.Clock.Jumps} jumps");
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
            json.WriteBoolean("hostIsThere", loop.Host.IsThere);
            json.WriteStartArray("radios");
            foreach (Radio? radio in loop.Radios.All)
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
            json.WriteNumber("malformed", loop.Tx.Malformed);
            json.WriteNumber("statusRefused", loop.Tx.StatusRefused);
            json.WriteNumber("allocatedBytes", loop.AllocatedBytes);
            json.WriteEndObject();
            if (loop.Clock.Answers > 0)
            {
                json.WriteStartObject("clock");
                json.WriteNumber("offsetNs", loop.Clock.Estimate.OffsetNs);
                json.WriteNumber("errorNs", loop.Clock.Estimate.ErrorNs);
                json.WriteNumber("skewPpm", loop.Clock.Estimate.Skew * 1e6);
                json.WriteNumber("exchanges", loop.Clock.Answers);
                json.WriteNumber("jumps", loop.Clock.Jumps);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static double PerFrame(ulong count, ulong frames) => frames == 0 ? 0 : (double)count / frames;

    private ulong Read(GuestCounter counter) => port.ReadCounter(counter);
}
