using System.Runtime.InteropServices;

namespace ShmWifi.Configuration.Medium;

/// <summary>A wall: straight in the plan, from the floor to the ceiling. A path through it loses more than its propagation model says.</summary>
/// <param name="Name">Unique among walls.</param>
/// <param name="From">One end.</param>
/// <param name="To">The other, elsewhere.</param>
/// <param name="Loss">What a path through it loses.</param>
public sealed record WallConfiguration(string Name, PlanPoint From, PlanPoint To, WallLoss Loss);

/// <summary>A place in the plan: a <see cref="Position"/> without its height, metres.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PlanPoint(double X, double Y);

/// <summary>What a path loses in a wall.</summary>
public abstract record WallLoss;

/// <summary>The same at all frequencies.</summary>
/// <param name="Db">dB, 0 or more.</param>
public sealed record GivenWallLoss(double Db) : WallLoss;

/// <summary>What a slab of a material loses at the frame's frequency.</summary>
/// <param name="ThicknessCm">Above 0, cm.</param>
public sealed record WallSlab(WallMaterial Material, double ThicknessCm) : WallLoss;
