using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>Keeps one descriptor from engine to engine, whatever its name.</summary>
internal sealed class OneDescriptorStore : IDescriptorStore, IDisposable
{
    /// <summary>What is kept; null: nothing.</summary>
    public FileDescriptor? Kept { get; private set; }

    /// <inheritdoc/>
    public int? KeeperId => null;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => [];

    /// <inheritdoc/>
    public IReadOnlyList<EngineRestart> Restarts => [];

    /// <inheritdoc/>
    public FileDescriptor? Take(string name) => Kept is { } kept ? FileDescriptor.Of(dup(kept.Descriptor), "dup") : null;

    /// <inheritdoc/>
    public void Keep(string name, int descriptor) => Kept = FileDescriptor.Of(dup(descriptor), "dup");

    /// <inheritdoc/>
    public void Drop(string name)
    {
        Kept?.Dispose();
        Kept = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Kept?.Dispose();
}
