namespace ShmWifi.RingBuffer;

/// <summary>A word of the region that one side writes and the other reads; the only way to touch it.</summary>
/// <param name="word">Its address, naturally aligned.</param>
public readonly unsafe struct SharedIndex(uint* word)
{
    /// <summary>Reads the word once; later reads and writes stay after it.</summary>
    public uint LoadAcquire() => Volatile.Read(ref *word);

    /// <summary>Writes the word; earlier reads and writes stay before it.</summary>
    public void StoreRelease(uint value) => Volatile.Write(ref *word, value);
}
