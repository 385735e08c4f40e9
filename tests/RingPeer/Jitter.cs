namespace ShmWifi.Tests.RingPeer;

/// <summary>Small random numbers by which two peers vary what they do.</summary>
/// <param name="seed">Not 0.</param>
internal sealed class Jitter(uint seed)
{
    private uint _state = seed;

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    /// <param name="limit">Not 0.</param>
    public uint Next(uint limit)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state % limit;
    }
}
