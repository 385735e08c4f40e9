namespace ShmWifi.ShmMedium.Control;

/// <summary>Adds up how the channels are used.</summary>
internal sealed class ChannelTally
{
    private readonly SortedDictionary<int, Channel> _channels = [];

    /// <summary>Adds a frame.</summary>
    /// <param name="airtimeNs">Of all attempts.</param>
    public void Add(int freqMhz, string vm, long airtimeNs, int attempts, int collisions, bool isNotAcked)
    {
        if (!_channels.TryGetValue(freqMhz, out var channel))
            _channels.Add(freqMhz, channel = new Channel());
        channel.Frames++;
        channel.Retries += attempts - 1;
        channel.Collisions += collisions;
        channel.NotAcked += isNotAcked ? 1 : 0;
        channel.AirtimeNs[vm] = channel.AirtimeNs.GetValueOrDefault(vm) + airtimeNs;
    }

    /// <summary>What was added since the last time.</summary>
    public IReadOnlyList<ChannelUse> Take(TimeSpan within)
    {
        double ns = Math.Max(within.TotalNanoseconds, 1);
        ChannelUse[] uses = [.. _channels.Select(c => new ChannelUse(
            c.Key,
            Math.Round(c.Value.AirtimeNs.Values.Sum() / ns, 4),
            c.Value.AirtimeNs.ToDictionary(vm => vm.Key, vm => Math.Round(vm.Value / ns, 4), StringComparer.Ordinal),
            c.Value.Frames,
            c.Value.Retries,
            c.Value.Collisions,
            c.Value.NotAcked))];
        _channels.Clear();
        return uses;
    }

    private sealed class Channel
    {
        public Dictionary<string, long> AirtimeNs { get; } = new(StringComparer.Ordinal);

        public long Frames { get; set; }

        public long Retries { get; set; }

        public long Collisions { get; set; }

        public long NotAcked { get; set; }
    }
}
