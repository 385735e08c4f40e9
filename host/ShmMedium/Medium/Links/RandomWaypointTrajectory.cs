using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Leg by leg to random points of a box. A leg's speed and end are functions of the radio's key and the leg's number.</summary>
/// <remarks>Source: Johnson and Maltz, Dynamic Source Routing in Ad Hoc Wireless Networks, 1996. Remembers the leg it is on, so time that goes
/// on costs little; time that goes back starts again at the first leg.</remarks>
internal sealed class RandomWaypointTrajectory(RandomWaypointMotion motion, ulong key) : Trajectory
{
    /// <summary>A leg and its pause last so long at least, s: bounds the legs that a small box and a high speed can ask for.</summary>
    public const double ShortestLeg = 0.1;

    // Numbers of the stream a leg: speed, x, y, z of its end.
    private const ulong NumbersPerLeg = 4;

    private Leg _leg = Leg.Before(PointOf(motion, key, leg: 0));

    /// <inheritdoc/>
    public override bool Moves { get; } = motion.Low != motion.High;

    /// <inheritdoc/>
    public override Position At(long ns)
    {
        if (!Moves)
            return motion.Low;
        double seconds = motion.Elapsed.TotalSeconds + (ns / NsPerSecond);
        if (seconds < _leg.Start)
            _leg = Leg.Before(PointOf(motion, key, leg: 0));
        while (seconds >= _leg.End)
            _leg = Next();
        double way = _leg.Travel > 0 ? Math.Min((seconds - _leg.Start) / _leg.Travel, 1) : 1;
        return _leg.From + ((_leg.To - _leg.From) * way);
    }

    /// <inheritdoc/>
    public override MotionConfiguration Later(long ns) =>
        motion with { Elapsed = motion.Elapsed + TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick) };

    private Leg Next()
    {
        ulong number = _leg.Number + 1;
        var to = PointOf(motion, key, number);
        double speed = Between(motion.MinSpeed, motion.MaxSpeed, RandomStream.At(key, number * NumbersPerLeg));
        double travel = (to - _leg.To).Length / speed;
        double lasts = Math.Max(travel + motion.Pause.TotalSeconds, ShortestLeg);
        return new(number, _leg.To, to, _leg.End, travel, _leg.End + lasts);
    }

    private static Position PointOf(RandomWaypointMotion motion, ulong key, ulong leg)
    {
        ulong number = leg * NumbersPerLeg;
        return new(
            Between(motion.Low.X, motion.High.X, RandomStream.At(key, number + 1)),
            Between(motion.Low.Y, motion.High.Y, RandomStream.At(key, number + 2)),
            Between(motion.Low.Z, motion.High.Z, RandomStream.At(key, number + 3)));
    }

    private static double Between(double low, double high, ulong bits) => low + ((high - low) * RandomStream.Uniform(bits));

    /// <summary>One way from point to point. Times in seconds since the motion began.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Leg(ulong Number, Position From, Position To, double Start, double Travel, double End)
    {
        /// <summary>The end of this leg, which takes no time, is where the first one starts.</summary>
        public static Leg Before(Position start) => new(0, start, start, 0, 0, 0);
    }
}
