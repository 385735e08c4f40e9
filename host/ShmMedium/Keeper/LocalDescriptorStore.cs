using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Keeps descriptors for engines that follow each other in this process.</summary>
internal sealed class LocalDescriptorStore : IDescriptorStore, IDisposable
{
    private readonly Dictionary<string, FileDescriptor> _kept = new(StringComparer.Ordinal);

    /// <summary>What is kept, by name.</summary>
    public IReadOnlyDictionary<string, FileDescriptor> Kept => _kept;

    /// <inheritdoc/>
    public int? KeeperId => null;

    /// <inheritdoc/>
    public IReadOnlyList<EngineRestart> Restarts => [];

    /// <inheritdoc/>
    public bool IsLasting => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_kept)
                return [.. _kept.Keys];
        }
    }

    /// <inheritdoc/>
    public FileDescriptor? Take(string name)
    {
        lock (_kept)
            return _kept.TryGetValue(name, out var kept) ? Copy(kept.Descriptor) : null;
    }

    /// <inheritdoc/>
    public void Keep(string name, int descriptor)
    {
        var copy = Copy(descriptor);
        Drop(name);
        lock (_kept)
            _kept.Add(name, copy);
    }

    /// <inheritdoc/>
    public void Drop(string name)
    {
        lock (_kept)
        {
            if (_kept.Remove(name, out var kept))
                kept.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var kept in _kept.Values)
            kept.Dispose();
    }

    private static FileDescriptor Copy(int descriptor) => FileDescriptor.Of(fcntl(descriptor, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC");
}
