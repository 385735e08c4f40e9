using System.Diagnostics;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Where a radio is, by time.</summary>
internal abstract class Trajectory
{
    private protected const double NsPerSecond = 1e9;

    /// <summary>At the origin forever: what nothing was said of.</summary>
    public static Trajectory Origin { get; } = new LinearTrajectory(new LinearMotion(default, default));

    /// <summary>Whether it is not forever where it is.</summary>
    public abstract bool Moves { get; }

    /// <summary>The place, metres.</summary>
    /// <param name="ns">Since this motion began, 0 or more.</param>
    public abstract Position At(long ns);

    /// <summary>The motion that goes on as this one does from there.</summary>
    /// <param name="ns">Since this motion began, 0 or more.</param>
    public abstract MotionConfiguration Later(long ns);

    /// <summary>The trajectory of a motion.</summary>
    /// <param name="key">Of the stream that random motion comes from.</param>
    public static Trajectory Of(MotionConfiguration motion, ulong key) => motion switch
    {
        LinearMotion linear => new LinearTrajectory(linear),
        WaypointMotion waypoints => new WaypointTrajectory(waypoints),
        RandomWaypointMotion random => new RandomWaypointTrajectory(random, key),
        _ => throw new UnreachableException($"no such motion: {motion}"),
    };
}
