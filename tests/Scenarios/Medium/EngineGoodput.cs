using ShmWifi.Dot11.Timing;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What <see cref="Vms.Goodput"/> shows, with a VM that is played and so has its queue full on a busy machine, too.</summary>
/// <remarks>Its frames have no QoS, so that HT's wait DIFS, 9 µs less than the AIFS of the arithmetic: 2 % more goodput.</remarks>
internal sealed class EngineGoodput : IScenario
{
    private static readonly byte[] Stations = [1, 2];

    /// <inheritdoc/>
    public string Name => "goodput-engine";

    /// <inheritdoc/>
    public string Description => "goodput with timing: airtime on the engine alone is that of the standard's arithmetic";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () =>
    {
        foreach (var exchange in (SaturatedExchange[])
            [SaturatedExchange.Dsss, SaturatedExchange.Ofdm, SaturatedExchange.Ht, SaturatedExchange.He, SaturatedExchange.Eht])
        {
            run.Progress.Now($"{run.Name}: {exchange.Name}");
            string rate = exchange.DataRate is { } dataRate ? $"radios: [{{ radio: tx, dataRate: {dataRate} }}]\n" : "";
            using var medium = new SimulatedMedium("timing: airtime\n" + rate, ("tx", [Stations[0]]), ("rx", [Stations[1]]));
            var shape = new FrameShape(exchange.Rate, exchange.FreqMhz, exchange.MpduOctets - FrameExchange.FcsOctets) { IsQos = exchange.Mpdus > 1 };
            if (shape.IsQos)
                medium.AgreeOnBlockAck("tx", "rx", shape.FreqMhz, SaturatedExchange.BufferSize);
            var sender = new Sender(medium["tx"], medium["tx"].Radios[0], Stations[1], shape);
            var sent = medium.Saturate([sender], TimeSpan.FromSeconds(run.Options.IsQuick ? 2 : 5), run.Cancellation)[0];
            exchange.Judge(run, "goodput", sent.Acked * SaturatedExchange.PayloadOctets * 8 / sent.Seconds / 1e6);
        }
    });
}
