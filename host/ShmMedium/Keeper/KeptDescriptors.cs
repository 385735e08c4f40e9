using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What a keeper keeps, by name.</summary>
/// <param name="limit">At most so many.</param>
/// <param name="manager">Keeps them, too, for the keeper after this one; null: they go with it.</param>
internal sealed class KeptDescriptors(int limit, ServiceManager? manager = null) : IDisposable
{
    private readonly Dictionary<string, FileDescriptor> _kept = new(StringComparer.Ordinal);

    /// <summary>How many.</summary>
    public int Count => _kept.Count;

    /// <summary>Those of an engine that is to serve.</summary>
    public IEnumerable<KeyValuePair<string, FileDescriptor>> All => _kept;

    /// <summary>Those that a keeper before this one had systemd keep.</summary>
    /// <param name="limit">As of the constructor.</param>
    public static KeptDescriptors TakeOver(ServiceManager manager, int limit)
    {
        var all = new KeptDescriptors(limit, manager);
        foreach (var (name, descriptor) in ServiceManager.TakeKept())
        {
            if (!NotifyMessage.IsName(name) || !all._kept.TryAdd(name, descriptor))
                descriptor.Dispose(); // none that we had it keep
        }
        return all;
    }

    /// <summary>Does what an engine asked for.</summary>
    /// <param name="descriptor">What came with it; owned from now on.</param>
    /// <returns>Why it was not done; null: it was, or nothing was asked for.</returns>
    public string? Apply(NotifyMessage message, FileDescriptor? descriptor)
    {
        string? refusal = null;
        if (message.Says("FDSTORE") && descriptor is not null)
        {
            refusal = message.DescriptorName is not { } name ? "a descriptor without a name that is allowed"
                : _kept.Count >= limit && !_kept.ContainsKey(name) ? $"more than {limit} descriptors"
                : null;
            if (refusal is null)
            {
                Drop(message.DescriptorName!);
                _kept.Add(message.DescriptorName!, descriptor);
                manager?.Keep(message.DescriptorName!, descriptor.Descriptor);
                return null;
            }
        }
        else if (message.Says("FDSTOREREMOVE") && message.DescriptorName is { } gone)
        {
            Drop(gone);
        }
        descriptor?.Dispose();
        return refusal;
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        foreach (string name in _kept.Keys.ToList())
            Drop(name);
    }

    /// <summary>Closes them; systemd keeps what it keeps.</summary>
    public void Dispose()
    {
        foreach (var descriptor in _kept.Values)
            descriptor.Dispose();
        _kept.Clear();
    }

    private void Drop(string name)
    {
        if (!_kept.Remove(name, out var descriptor))
            return;
        descriptor.Dispose();
        manager?.Drop(name);
    }
}
