using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Changes a medium within <see cref="MediumLimits"/>.</summary>
internal static class MediumChanges
{
    /// <summary>Carries a change out.</summary>
    /// <exception cref="ControlException">409: there would be too much of something.</exception>
    public static Task ChangeAsync(this IControlledMedium medium, MediumChange change) => medium.ChangeAsync(_ => change);

    /// <summary>The same for a change that follows from the medium as it is.</summary>
    public static Task ChangeAsync(this IControlledMedium medium, Func<MediumConfiguration, MediumChange> decide) => medium.ApplyAsync(current =>
    {
        var change = decide(current);
        return MediumLimits.Problem(change.ApplyTo(current)) is { } problem ? throw new ControlException(409, problem) : change;
    });

    /// <summary>Carries a change out that has no answer.</summary>
    public static Task<NoContent> ChangeSilentlyAsync(this IControlledMedium medium, MediumChange change) =>
        medium.ChangeSilentlyAsync(_ => change);

    /// <summary>The same for a change that follows from the medium as it is.</summary>
    public static async Task<NoContent> ChangeSilentlyAsync(this IControlledMedium medium, Func<MediumConfiguration, MediumChange> decide)
    {
        await medium.ChangeAsync(decide);
        return TypedResults.NoContent();
    }
}
