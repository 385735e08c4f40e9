using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

/// <summary>Changes an air within <see cref="AirLimits"/>.</summary>
internal static class AirChanges
{
    /// <summary>Carries a change out.</summary>
    /// <exception cref="ControlException">409: there would be too much of something.</exception>
    public static async Task ChangeAsync(this IControlledAir air, AirChange change)
    {
        if (AirLimits.Problem(change.ApplyTo(air.CurrentAir)) is { } problem)
            throw new ControlException(409, problem);
        await air.ApplyAsync(change);
    }

    /// <summary>Carries a change out that has no answer.</summary>
    public static async Task<NoContent> ChangeSilentlyAsync(this IControlledAir air, AirChange change)
    {
        await air.ChangeAsync(change);
        return TypedResults.NoContent();
    }
}
