using System.Runtime.InteropServices;
using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>The four words of one ring in plain memory, for either end and for whoever meddles with them.</summary>
internal sealed unsafe class RingWords : IDisposable
{
    private readonly uint* _words = (uint*)NativeMemory.AllocZeroed(4, sizeof(uint));

    public RingWords(uint length, uint start = 0)
    {
        Length = length;
        for (int word = 0; word < 4; word++)
            _words[word] = start;
    }

    public uint Length { get; }

    public SharedIndex Tail => new(_words);

    public SharedIndex Head => new(_words + 1);

    public SharedIndex AvailEvent => new(_words + 2);

    public SharedIndex FreeEvent => new(_words + 3);

    public RingProducer Producer() => new(Tail, Head, AvailEvent, FreeEvent, Length);

    public RingConsumer Consumer() => new(Tail, Head, AvailEvent, FreeEvent, Length);

    public void Dispose() => NativeMemory.Free(_words);
}
