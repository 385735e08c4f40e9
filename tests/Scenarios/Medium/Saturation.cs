using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>A radio whose queue is kept full.</summary>
internal sealed record Sender(SimulatedGuest Vm, SimulatedRadio Radio, byte Receiver, FrameShape Shape);

/// <summary>The outcome of a radio's frames.</summary>
/// <param name="NotAcked">Frames that were given up.</param>
internal sealed record Saturation(long Acked, long NotAcked, long Attempts, double Seconds)
{
    /// <summary>Attempts of a frame.</summary>
    public double AttemptsAFrame => (double)Attempts / (Acked + NotAcked);

    /// <summary>Counts so far.</summary>
    public static Saturation Read(SimulatedRadio radio, double seconds) => new(radio.Acked, radio.NotAcked, radio.Attempts, seconds);

    /// <summary>The difference.</summary>
    public Saturation Since(Saturation before) =>
        new(Acked - before.Acked, NotAcked - before.NotAcked, Attempts - before.Attempts, Seconds - before.Seconds);

    /// <summary>What was acknowledged.</summary>
    /// <returns>Mbit/s of whole frames without FCS.</returns>
    public double Mbps(FrameShape shape) => Acked * shape.Length * 8 / Seconds / 1e6;
}
