using ShmWifi.Dot11.Rates;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Frames over links whose loss is given: of attempts, of whole retry chains, and of acknowledgements.</summary>
internal sealed class GivenLoss : IScenario
{
    private const int Frames = 10_000;
    private const int Length = 1000;
    private const int FreqMhz = 2412;
    private const int Attempts = 4;
    private const byte Sender = 0;
    private static readonly double[] Losses = [0, 0.1, 0.5, 0.9, 1];

    /// <inheritdoc/>
    public string Name => "loss";

    /// <inheritdoc/>
    public string Description => "delivered fractions over links of given loss, with and without retries; lost acknowledgements make duplicates";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        byte[] receivers = [.. Losses.Select((_, radio) => (byte)(radio + 1))];
        using var medium = new SimulatedMedium(
            $"""
            links:
              - {"{"} from: rx, to: tx, loss: 0, oneWay: true {"}"}
            {string.Join('\n', Losses.Select((loss, radio) => $"  - {{ from: tx, to: rx/phy{radio}, loss: {loss}, oneWay: true }}"))}
              - {"{"} from: deaf, to: tx, loss: 0.5, oneWay: true {"}"}   # half of the acknowledgements

            """,
            ("tx", [Sender]),
            ("rx", receivers),
            ("deaf", [(byte)(receivers.Length + 1)]));
        var tx = medium["tx"];
        var sender = tx.Radios[0];
        var once = new FrameShape(PhyRate.Legacy(60), FreqMhz, Length);
        var chain = new FrameShape(PhyRate.Legacy(60), FreqMhz, Length, Attempts);
        foreach ((double loss, var receiver) in Losses.Zip(medium["rx"].Radios))
        {
            medium.Send(tx, sender, receiver.Station, once, Frames, run.Cancellation);
            Judge(run, $"loss {loss}: delivered of {Frames}", receiver.Received, 1 - loss);
            long received = receiver.Received;
            long acked = sender.Acked;
            long attempts = sender.Attempts;
            medium.Send(tx, sender, receiver.Station, chain, Frames, run.Cancellation);
            Judge(run, $"loss {loss}, up to {Attempts} attempts: delivered of {Frames}", receiver.Received - received, 1 - Math.Pow(loss, Attempts));
            run.Judge($"loss {loss}, up to {Attempts} attempts: acknowledged less delivered", "1",
                sender.Acked - acked - (receiver.Received - received), 0, 0);
            JudgeAttempts(run, loss, (double)(sender.Attempts - attempts) / Frames);
        }

        var missed = medium["deaf"].Radios[0];
        long before = sender.Acked;
        medium.Send(tx, sender, missed.Station, chain, Frames, run.Cancellation);
        Judge(run, $"half of the acknowledgements lost, up to {Attempts} attempts: delivered of {Frames}", missed.Received, 1);
        Judge(run, $"half of the acknowledgements lost, up to {Attempts} attempts: acknowledged of {Frames}", sender.Acked - before,
            1 - Math.Pow(0.5, Attempts));
        JudgeDuplicates(run, (double)missed.Duplicates / Frames);
    }

    private static void Judge(ScenarioRun run, string figure, long successes, double probability)
    {
        (double low, double high) = Binomial.Interval(Frames, probability, 0.01);
        run.Judge(figure, "1", (double)successes / Frames, low, high);
    }

    /// <summary>Attempts of a frame: 1 + p + p² + p³ on average.</summary>
    private static void JudgeAttempts(ScenarioRun run, double loss, double attempts)
    {
        double[] probabilities =
            [.. Enumerable.Range(1, Attempts).Select(n => n < Attempts ? Math.Pow(loss, n - 1) * (1 - loss) : Math.Pow(loss, n - 1))];
        (double low, double high) = MeanInterval(probabilities, first: 1);
        run.Judge($"loss {loss}, up to {Attempts} attempts: attempts of a frame, as its status tells", "1", attempts, low, high);
    }

    /// <summary>Duplicates of a frame that is always received and whose acknowledgement is
    /// lost with probability 1/2: 1/2 + 1/4 + 1/8 on average.</summary>
    private static void JudgeDuplicates(ScenarioRun run, double duplicates)
    {
        (double low, double high) = MeanInterval([0.5, 0.25, 0.125, 0.125], first: 0);
        run.Judge($"half of the acknowledgements lost, up to {Attempts} attempts: duplicates of a frame", "1", duplicates, low, high);
    }

    /// <summary>The 99 % interval of the mean of <see cref="Frames"/> draws, by the central limit theorem.</summary>
    private static (double Low, double High) MeanInterval(double[] probabilities, int first)
    {
        double mean = probabilities.Select((p, i) => p * (i + first)).Sum();
        double variance = probabilities.Select((p, i) => p * (i + first - mean) * (i + first - mean)).Sum();
        double width = 2.576 * Math.Sqrt(variance / Frames);
        return (mean - width, mean + width);
    }
}
