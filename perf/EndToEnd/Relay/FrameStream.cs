using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Finds frames in a stream: each after its length, u32. Reads as much at a time as the socket has.</summary>
internal sealed unsafe class FrameStream : IDisposable
{
    private const int Capacity = 256 * 1024;
    private readonly byte* _bytes = (byte*)NativeMemory.AlignedAlloc(Capacity, 64);
    private int _start;
    private int _end;

    /// <summary>Reads from a socket, once.</summary>
    /// <param name="flags">Of recv(2).</param>
    /// <returns>As recv(2).</returns>
    public long Receive(int socket, int flags)
    {
        if (_start == _end)
            (_start, _end) = (0, 0);
        else if (Capacity - _end < sizeof(uint) + RelayFrame.MaxLength)
        {
            new ReadOnlySpan<byte>(_bytes + _start, _end - _start).CopyTo(new Span<byte>(_bytes, Capacity));
            (_start, _end) = (0, _end - _start);
        }
        long received = Uninterrupted.recv(socket, _bytes + _end, Capacity - _end, flags);
        if (received > 0)
            _end += (int)received;
        return received;
    }

    /// <summary>Takes the next whole frame; its length lies in the four bytes before it.</summary>
    /// <param name="frame">Valid until the next <see cref="Receive"/>.</param>
    /// <param name="length">Its bytes.</param>
    public bool TryTake(out byte* frame, out int length)
    {
        frame = _bytes + _start + sizeof(uint);
        length = 0;
        if (_end - _start < sizeof(uint))
            return false;
        length = (int)Unsafe.ReadUnaligned<uint>(_bytes + _start);
        if (_end - _start - sizeof(uint) < length)
            return false;
        _start += sizeof(uint) + length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_bytes);
}
