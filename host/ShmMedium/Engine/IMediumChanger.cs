using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Carries changes of the medium out, one after the other: the engine, or what has all hosts carry out the same.</summary>
internal interface IMediumChanger
{
    /// <summary>Carries a change out.</summary>
    /// <param name="decide">Makes the change from the medium that it will meet, or refuses by an exception; asked again where
    /// another host's change came first.</param>
    /// <returns>Done when the next frame meets the changed medium.</returns>
    /// <exception cref="Configuration.Text.ConfigurationException">It is wrong, or names a file that cannot be read. Nothing was changed.</exception>
    /// <exception cref="MediumUnavailableException">Other hosts cannot be told.</exception>
    Task ApplyAsync(Func<MediumConfiguration, MediumChange> decide);
}

/// <summary>The medium cannot be changed now.</summary>
#pragma warning disable CA1032 // Without a reason it would say nothing.
internal sealed class MediumUnavailableException(string reason) : Exception(reason);
#pragma warning restore CA1032
