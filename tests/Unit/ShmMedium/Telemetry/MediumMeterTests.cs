using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Telemetry;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

public sealed class MediumMeterTests
{
    [TestCase(Isolation.Shared)]
    [TestCase(Isolation.PerVm)]
    public void WhatAListenerSeesIsTheSnapshot(Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation, vms: [("ap", 2), ("sta1", 1)]);
        var ap = Ready(daemon.Connect("ap"), 1);
        var station = Ready(daemon.Connect("sta1"), 2);
        for (int i = 0; i < 100; i++)
        {
            station.SendStamped(Data(Address(1), Address(2), new byte[100]));
            ap.Receive();
        }
        station.Drain();
        ap.Drain();
        Deadline.Until(() => daemon.Daemon.Snapshots.Take().Vms.All(v => v is { RxOutstanding: 0, TxSlotsHeld: 0 }), "all is given back");

        var readings = Listen();

        var said = readings.ToSnapshot();
        var truth = daemon.Daemon.Snapshots.Take();
        Assert.That(said.Vms.Select(v => v.Name), Is.EqualTo(new[] { "ap", "sta1" }));
        Assert.That(said.Vms[1].TxFrames, Is.EqualTo(100));
        Assert.That(said.Vms[0].Radios.Single().Addresses, Is.EqualTo(new[] { Address(1).ToString() }));
        Assert.That(said.Latency.Single(l => l is { From: "sta1", To: "ap" }).ClockErrorUs, Is.EqualTo(5).Within(1e-9));
        Assert.That(Text(said), Is.EqualTo(Text(truth)));
    }

    [Test]
    public void NothingIsReadOnceTheDaemonIsGone()
    {
        var daemon = new TestDaemon(Isolation.PerVm);
        daemon.Attach(Address(1));
        using var listener = Listener(new MeterReadings());
        listener.RecordObservableInstruments();
        daemon.Dispose();
        Assert.That(listener.RecordObservableInstruments, Throws.Nothing);
    }

    [Test]
    public void VmsComeAndGoWhileSnapshotsAreTaken()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        bool isOver = false;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
                daemon.Daemon.Snapshots.Take();
        });
        reader.Start();
        for (int i = 0; i < 50; i++)
        {
            var vm = daemon.Attach(Address(1));
            vm.Dispose();
        }
        Volatile.Write(ref isOver, true);
        reader.Join();
        daemon.AssertEngineAnswers();
    }

    private static SimulatedGuest Ready(SimulatedGuest vm, int number)
    {
        vm.Hello();
        vm.Port.SetClock(0, 2500);
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }

    private static MeterReadings Listen()
    {
        var readings = new MeterReadings();
        using var listener = Listener(readings);
        listener.RecordObservableInstruments();
        return readings;
    }

    private static MeterListener Listener(MeterReadings readings)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == MediumMeter.Name)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(readings, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(readings, instrument, value, tags));
        listener.Start();
        return listener;
    }

    /// <summary>As .NET's MetricsEventSource writes tags.</summary>
    private static void Add<T>(MeterReadings readings, Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : IFormattable
    {
        Assert.That(instrument.Name, Does.StartWith("shmwifi."));
        Assert.That(instrument.Unit, Is.Not.Empty);
        readings.Add(instrument.Name, string.Join(',', tags.ToArray().Select(t => $"{t.Key}={t.Value}")),
            value.ToString(null, CultureInfo.InvariantCulture));
    }

    /// <summary>Without the engine's own sums, which go on, and in the Meter's order.</summary>
    private static string Text(MediumSnapshot snapshot) => JsonSerializer.Serialize(
        snapshot with
        {
            Pid = 0, // not in the Meter
            Medium = snapshot.Medium with { Sleeps = 0, AllocatedBytesPerFrame = 0 },
            Latency = [.. snapshot.Latency.OrderBy(l => l.From, StringComparer.Ordinal).ThenBy(l => l.To, StringComparer.Ordinal)],
        },
        SnapshotJson.Default.MediumSnapshot);
}
