using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What a keeper keeps, by name.</summary>
/// <param name="limit">At most so many.</param>
internal sealed class KeptDescriptors(int limit) : IDisposable
{
    private readonly Dictionary<string, FileDescriptor> _kept = new(StringComparer.Ordinal);

    /// <summary>How many.</summary>
    public int Count => _kept.Count;

    /// <summary>Those of an engine that is to serve.</summary>
    public IEnumerable<KeyValuePair<string, FileDescriptor>> All => _kept;

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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var descriptor in _kept.Values)
            descriptor.Dispose();
        _kept.Clear();
    }

    private void Drop(string name)
    {
        if (_kept.Remove(name, out var descriptor))
            descriptor.Dispose();
    }
}
