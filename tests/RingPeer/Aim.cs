using System.Runtime.CompilerServices;

namespace ShmWifi.RingPeer;

/// <summary>Brings the producer's publish onto the very moment at which the consumer arms.</summary>
/// <remarks>
/// The consumer waits a fixed time before it arms. The producer waits a little less after each round in which it came too
/// late (it saw the consumer's event index) and a little more after each round in which it came too early.
/// </remarks>
public sealed class Aim
{
    private const int ConsumerDelay = 500;
    private const int Longest = 8 * ConsumerDelay;
    private int _delay = ConsumerDelay;

    /// <summary>Consumer: before it arms.</summary>
    public static void WaitToArm() => Burn(ConsumerDelay);

    /// <summary>Producer: before it publishes.</summary>
    public void WaitToPublish() => Burn(_delay);

    /// <summary>Producer: after it published.</summary>
    /// <param name="wasLate">Whether it saw that the consumer had armed.</param>
    public void Correct(bool wasLate) => _delay = Math.Clamp(_delay + (wasLate ? -1 : 1), 0, Longest);

    /// <summary>Some nanoseconds each; anything that tells the processor to pause is too coarse here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Burn(int loops)
    {
        while (loops > 0)
            loops--;
    }
}
