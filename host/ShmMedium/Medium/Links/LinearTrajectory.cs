using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>p + v t.</summary>
internal sealed class LinearTrajectory(LinearMotion motion) : Trajectory
{
    /// <inheritdoc/>
    public override bool Moves { get; } = motion.Velocity != default;

    /// <inheritdoc/>
    public override Position At(long ns) => motion.Position + (motion.Velocity * (ns / NsPerSecond));

    /// <inheritdoc/>
    public override MotionConfiguration Later(long ns) => motion with { Position = At(ns) };
}
