using System.Runtime.CompilerServices;

namespace ShmWifi.Tests.RingPeer;

/// <summary>Brings the move of an index onto the very moment at which the other side arms.</summary>
/// <remarks>
/// Who arms waits a fixed time before. Who moves the index waits a little less after each round in which it came too
/// late (it saw the event index) and a little more after each round in which it came too early.
/// </remarks>
internal sealed class Aim
{
    private const int ArmDelay = 500;
    private const int Longest = 8 * ArmDelay;
    private int _delay = ArmDelay;

    /// <summary>Before it arms.</summary>
    public static void WaitToArm() => Burn(ArmDelay);

    /// <summary>Before it moves its index.</summary>
    public void WaitToMove() => Burn(_delay);

    /// <summary>After it moved its index.</summary>
    /// <param name="wasLate">Whether it saw that the other side had armed.</param>
    public void Correct(bool wasLate) => _delay = Math.Clamp(_delay + (wasLate ? -1 : 1), 0, Longest);

    /// <summary>Some nanoseconds each; anything that tells the processor to pause is too coarse here.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Burn(int loops)
    {
        while (loops > 0)
            loops--;
    }
}
