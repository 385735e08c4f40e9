namespace ShmWifi.ShmMedium.Engine;

/// <summary>What moves frames between guests and rings on the engine's thread, in virtual time: between two times, while no guest runs.</summary>
internal interface IStepped
{
    /// <summary>Moves what there is.</summary>
    /// <returns>Whether there was anything.</returns>
    bool Step();
}
