using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Changes a medium within <see cref="MediumLimits"/>.</summary>
internal static class MediumChanges
{
    /// <summary>Carries a change out.</summary>
    /// <exception cref="ControlException">409: there would be too much of something.</exception>
    public static async Task ChangeAsync(this IControlledMedium medium, MediumChange change)
    {
        if (MediumLimits.Problem(change.ApplyTo(medium.CurrentMedium)) is { } problem)
            throw new ControlException(409, problem);
        await medium.ApplyAsync(change);
    }

    /// <summary>Carries a change out that has no answer.</summary>
    public static async Task<NoContent> ChangeSilentlyAsync(this IControlledMedium medium, MediumChange change)
    {
        await medium.ChangeAsync(change);
        return TypedResults.NoContent();
    }
}
