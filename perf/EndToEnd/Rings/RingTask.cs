namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>What is done with the rings.</summary>
internal enum RingLoop
{
    /// <summary>Two threads: a TX slot one way, an RX descriptor back.</summary>
    RoundTrip,

    /// <summary>Two threads: the payload is written into TX slots, and read there.</summary>
    Messages,

    /// <summary>Two threads: as <see cref="Messages"/>, but the payload stays where it is.</summary>
    HandOver,

    /// <summary>One thread: claim, publish, take and release one after the other; the payload stays where it is.</summary>
    InPlace,
}

/// <summary>One measurement.</summary>
/// <param name="Count">Frames of a chunk; a multiple of <paramref name="Batch"/>.</param>
/// <param name="Batch">Frames to a publish; <see cref="RingLoop.InPlace"/>: 1.</param>
/// <param name="Size">Payload bytes, in whole words of eight.</param>
internal sealed record RingTask(RingLoop Loop, int Chunks, uint Count, uint Batch = 1, uint Size = 64);
