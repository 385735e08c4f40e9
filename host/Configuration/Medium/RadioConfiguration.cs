using System.Runtime.InteropServices;

namespace ShmWifi.Configuration.Medium;

/// <summary>What is known of radios. What is null is as an earlier entry says, or as the default.</summary>
public sealed record RadioConfiguration(RadioPattern Radio)
{
    /// <summary>Where they are and how they move; default: at the origin.</summary>
    public MotionConfiguration? Motion { get; init; }

    /// <summary>Transmit power, dBm; default <see cref="DefaultTxPowerDbm"/>.</summary>
    public double? TxPowerDbm { get; init; }

    /// <summary>Gain of the antenna, sending and receiving, dBi; default 0.</summary>
    public double? AntennaGainDbi { get; init; }

    /// <summary>Noise at the receiver in 20 MHz, its noise figure included, dBm; default <see cref="DefaultNoiseFloorDbm"/>.</summary>
    public double? NoiseFloorDbm { get; init; }

    /// <summary>The rate of the unicast data that they send; default: what their guests tell.</summary>
    public DataRate? DataRate { get; init; }

    /// <summary>dBm: 100 mW, the usual limit of 2.4 GHz in Europe (ETSI EN 300 328).</summary>
    public const double DefaultTxPowerDbm = 20;

    /// <summary>dBm: thermal noise of 20 MHz at 290 K, -101, and a noise figure of 10 dB, as IEEE 802.11-2020 clause 17.3.10.2 assumes.</summary>
    public const double DefaultNoiseFloorDbm = -91;
}

/// <summary>A place, metres.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Position(double X, double Y, double Z)
{
    /// <summary>Sum.</summary>
    public static Position operator +(Position a, Position b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>Difference.</summary>
    public static Position operator -(Position a, Position b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Multiple.</summary>
    public static Position operator *(Position a, double factor) => new(a.X * factor, a.Y * factor, a.Z * factor);

    /// <summary>Length, metres.</summary>
    public double Length => Math.Sqrt((X * X) + (Y * Y) + (Z * Z));
}

/// <summary>How a radio moves, from the time that this was said.</summary>
public abstract record MotionConfiguration;

/// <summary>From a position at a constant velocity, forever; a velocity of 0 stays.</summary>
/// <param name="Position">Metres, at the time this was said.</param>
/// <param name="Velocity">m/s.</param>
public sealed record LinearMotion(Position Position, Position Velocity) : MotionConfiguration;

/// <summary>Along straight lines from point to point; before the first and after the last it stays there.</summary>
/// <param name="Points">In the order of time, at least one.</param>
public sealed record WaypointMotion(IReadOnlyList<Waypoint> Points) : MotionConfiguration;

/// <summary>A point of a path.</summary>
/// <param name="At">When it is there, since this was said.</param>
/// <param name="Position">Metres.</param>
public sealed record Waypoint(TimeSpan At, Position Position);

/// <summary>The random waypoint model: to a random point of a box at a random speed, a pause, and so on.</summary>
/// <remarks>Source: Johnson and Maltz, Dynamic Source Routing in Ad Hoc Wireless Networks, 1996. The first point is random, too.</remarks>
/// <param name="Low">The box's corner of the smallest coordinates, metres.</param>
/// <param name="MinSpeed">m/s, above 0: with 0, speeds decay forever (Yoon, Liu and Noble, 2003).</param>
/// <param name="MaxSpeed">m/s.</param>
public sealed record RandomWaypointMotion(Position Low, Position High, double MinSpeed, double MaxSpeed, TimeSpan Pause) : MotionConfiguration
{
    /// <summary>How long it has been going on already: a saved medium continues the walk of its seed instead of starting it again.</summary>
    public TimeSpan Elapsed { get; init; }
}
