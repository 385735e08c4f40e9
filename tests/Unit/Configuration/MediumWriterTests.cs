using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using CsCheck;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class MediumWriterTests
{
    [Test]
    public void WhatIsWrittenIsReadAsTheSame() => Gen.Int.Sample(
        seed =>
        {
            var medium = new AnyMedium(seed).Medium();
            string yaml = MediumWriter.ToYaml(medium);
            string json = MediumWriter.ToJson(medium).ToJsonString();
            Assert.That(Shape(MediumText.ReadMedium(yaml, "yaml")), Is.EqualTo(Shape(medium)), yaml);
            Assert.That(Shape(MediumText.ReadMedium(json, "json")), Is.EqualTo(Shape(medium)), json);
        },
        iter: 500);

    [Test]
    public void AConfigurationIsWrittenWhole() => Gen.Int.Sample(
        seed =>
        {
            var any = new AnyMedium(seed);
            var written = new DaemonConfiguration(
                "/lab/saved.yaml",
                any.OneOf(Isolation.Shared, Isolation.PerVm),
                any.OneOf(null, "/run/any one.sock"),
                any.OneOf(null, "kvm", "1000"),
                any.OneOf(Polling.Auto, Polling.Off, Polling.For(20)),
                any.OneOf(Scheduling.Normal, Scheduling.Realtime),
                new RegionGeometry(4, 512, 2048, 64),
                [.. any.OneOf<VmConfiguration[]>([],
                    [
                        new("ap", "/run/ap.sock", 2) { Owner = any.OneOf(null, new SocketOwner("qemu", null), new("1000", "kvm")) },
                        new("1.5", "/run/no.sock"),
                    ])],
                any.OneOf(null, new CaptureConfiguration("/lab/medium.pcapng"), new CaptureConfiguration("/lab/medium.pcapng")
                {
                    Selection = new CaptureSelection
                    {
                        Radio = any.OneOf(RadioPattern.Any, RadioPattern.Of("ap"), RadioPattern.Of("ap", "phy0")),
                        View = any.OneOf(CaptureView.Medium, CaptureView.Receiver),
                        Lost = any.OneOf<bool?>(null, false, true),
                        ControlFrames = any.OneOf(false, true),
                    },
                    Group = any.OneOf(null, "wireshark", "1000"),
                    FileSize = any.OneOf(1L << 20, 1500L << 10, 3L << 40),
                    Files = any.OneOf(2, 10_000),
                    Duration = any.OneOf<TimeSpan?>(null, TimeSpan.FromSeconds(1.5), TimeSpan.FromHours(24)),
                }),
                new(any.OneOf(null, "/lab/log"), any.OneOf(LogFormat.Text, LogFormat.Json)))
            {
                Medium = any.Medium(),
                Web = any.OneOf(null, new IPEndPoint(IPAddress.Loopback, 8053), IPEndPoint.Parse("[::1]:80")),
                Metrics = any.OneOf(null, new IPEndPoint(IPAddress.Loopback, 9464), IPEndPoint.Parse("[::1]:80")),
                Control = any.OneOf(null, new ControlConfiguration(null), new("/run/control one.sock"),
                    new(null, "netlab", "1001")),
            };
            string yaml = DaemonWriter.ToYaml(written);
            Assert.That(Shape(DaemonConfiguration.Parse(yaml, written.File, needsVms: false)), Is.EqualTo(Shape(written)), yaml);
        },
        iter: 300);

    [Test]
    public void AFileIsAsPeopleWouldWriteIt()
    {
        const string Yaml = """
            isolation: shared
            socket: /run/medium.sock
            polling: auto
            scheduling: normal
            geometry: {ports: 16, txSlots: 1024, rxDescriptors: 1024, poolSlots: 256}
            vms:
              - {name: ap, socket: /run/ap.sock, radios: 2}
              - {name: sta1, socket: /run/sta1.sock, radios: 64}
            log: {format: text}
            timing: airtime
            seed: 42
            radios:
              - {radio: ap, position: [0, 0, 2], txPowerDbm: 20, antennaGainDbi: 2.5}
              - {radio: sta1/phy0, waypoints: [{at: 0s, position: [0, 0, 1]}, {at: 1m, position: [50, 0, 1]}]}
              - {radio: "02:00:00:00:00:01", randomWaypoint: {box: [[0, 0, 1], [50, 50, 1]], speed: [0.5, 2], pause: 2s}}
              - {radio: "*", noiseFloorDbm: -91, dataRate: "he 9 nss 2 80"}
            links:
              - {from: ap, to: sta1, snrDb: 25}
              - {from: sta1, to: ap, loss: 0.3, oneWay: true}
            propagation: {model: logDistance, exponent: 3, referenceDistance: 1, shadowingDb: 4}
            fading: {model: rician, k: 4, coherenceTime: 20ms}
            errorTable: /lab/per.txt
            faults:
              - {name: eapol, match: {frame: eapol, to: sta1}, action: drop, count: 3}
              - {name: fault1, match: {frame: [beacon, probeResponse], ssid: lab}, action: {delay: 50ms}, probability: 0.3}
            schedule:
              - {at: 10s, link: {from: ap, to: sta1, snrDb: 5}}
              - {at: 20s, removeFault: eapol}

            """;
        Assert.That(DaemonWriter.ToYaml(DaemonConfiguration.Parse(Yaml, "/lab/medium.yaml")), Is.EqualTo(Yaml));
    }

    [Test]
    public void ChangesThatNoScheduleHasAreWrittenToo()
    {
        Assert.That(MediumWriter.ToJson(new SetSchedule([new(TimeSpan.FromSeconds(1), new SetTiming(Timing.Airtime))])).ToJsonString(), Is.EqualTo("""{"schedule":[{"at":"1s","timing":"airtime"}]}"""));
        Assert.That(
            MediumWriter.ToJson(new ReplaceMedium(new())).ToJsonString(),
            Is.EqualTo("""{"medium":{"timing":"instant","seed":1,"radios":[],"links":[],"propagation":"none","walls":[],"fading":"none","errorTable":"none","faults":[],"jammers":[],"schedule":[]}}"""));
    }

    // All that a record holds, whatever its ToString says, with the items of its lists.
    private static string Shape(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Shape))}]",
        _ when value.GetType().Assembly == typeof(DaemonConfiguration).Assembly && !value.GetType().IsEnum =>
            $"{value.GetType().Name}("
                + $"{string.Join(", ", value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Select(p => $"{p.Name}: {Shape(p.GetValue(value))}"))})",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
