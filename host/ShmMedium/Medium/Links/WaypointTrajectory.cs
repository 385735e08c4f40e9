using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Straight lines between points with times.</summary>
internal sealed class WaypointTrajectory(WaypointMotion motion) : Trajectory
{
    private int _passed = -1;

    /// <inheritdoc/>
    public override bool Moves { get; } = motion.Points.Count > 1;

    /// <inheritdoc/>
    public override Position At(long ns)
    {
        var points = motion.Points;
        double seconds = ns / NsPerSecond;
        if (_passed >= 0 && points[_passed].At.TotalSeconds > seconds)
            _passed = -1;
        while (_passed + 1 < points.Count && points[_passed + 1].At.TotalSeconds <= seconds)
            _passed++;
        if (_passed < 0)
            return points[0].Position;
        var last = points[_passed];
        if (_passed + 1 == points.Count)
            return last.Position;
        var next = points[_passed + 1];
        double way = (seconds - last.At.TotalSeconds) / (next.At.TotalSeconds - last.At.TotalSeconds);
        return last.Position + ((next.Position - last.Position) * way);
    }

    /// <inheritdoc/>
    public override MotionConfiguration Later(long ns)
    {
        var passed = TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);
        var coming = motion.Points.Where(point => point.At > passed).Select(point => point with { At = point.At - passed });
        return new WaypointMotion([new(TimeSpan.Zero, At(ns)), .. coming]);
    }
}
