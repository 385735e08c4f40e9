using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>What is to be copied into a guest's memory, from many places to many places, by one call.</summary>
/// <remarks>Both lists are one stream of bytes: a piece of one need not end where one of the other does.</remarks>
internal sealed unsafe class WriteList(GuestMemory memory) : IDisposable
{
    private readonly iovec* _from = (iovec*)NativeMemory.AllocZeroed(GuardedCopy.MaxPieces, (nuint)sizeof(iovec));
    private readonly iovec* _to = (iovec*)NativeMemory.AllocZeroed(GuardedCopy.MaxPieces, (nuint)sizeof(iovec));
    private int _fromCount, _toCount;
    private uint _bytes;

    /// <summary>Where the next pieces of the guest's memory go; <see cref="AddTo(int)"/> adds them.</summary>
    public iovec* NextTo => _to + _toCount;

    /// <summary>Whether there is room for so many pieces more.</summary>
    public bool HasRoom(int from, int to) => _fromCount + from <= GuardedCopy.MaxPieces && _toCount + to <= GuardedCopy.MaxPieces;

    /// <summary>Adds a piece of ours.</summary>
    /// <param name="from">Stays until <see cref="Flush"/>.</param>
    public void AddFrom(void* from, uint length)
    {
        _from[_fromCount++] = new iovec { iov_base = from, iov_len = length };
        _bytes += length;
    }

    /// <summary>Adds pieces of the guest's memory that stand at <see cref="NextTo"/>.</summary>
    public void AddTo(int pieces) => _toCount += pieces;

    /// <summary>Adds a piece of both.</summary>
    public void Add(byte* to, void* from, uint length)
    {
        *NextTo = new iovec { iov_base = to, iov_len = length };
        AddTo(1);
        AddFrom(from, length);
    }

    /// <summary>Copies, and is empty then.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Flush()
    {
        (int from, int to, uint bytes) = (_fromCount, _toCount, _bytes);
        (_fromCount, _toCount, _bytes) = (0, 0, 0);
        memory.Write(_to, to, _from, from, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_from);
        NativeMemory.Free(_to);
    }
}
