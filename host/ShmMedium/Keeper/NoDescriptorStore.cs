using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Where there is no keeper: what a process holds goes with it.</summary>
internal sealed class NoDescriptorStore : IDescriptorStore
{
    /// <inheritdoc/>
    public int? KeeperId => null;

    /// <inheritdoc/>
    public IReadOnlyList<EngineRestart> Restarts => [];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => [];

    /// <inheritdoc/>
    public FileDescriptor? Take(string name) => null;

    /// <inheritdoc/>
    public void Keep(string name, int descriptor)
    {
        // Nobody would take it.
    }

    /// <inheritdoc/>
    public void Drop(string name)
    {
        // Nobody has it.
    }
}
