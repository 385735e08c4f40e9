using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>What one call is to copy between our memory and a guest's, from many places to many places.</summary>
/// <remarks>Both lists are one stream of bytes: a piece of one need not end where one of the other does.</remarks>
internal sealed unsafe class CopyList(GuestMemory memory) : IDisposable
{
    private readonly iovec* _ours = (iovec*)NativeMemory.AllocZeroed(GuardedCopy.MaxPieces, (nuint)sizeof(iovec));
    private readonly iovec* _guests = (iovec*)NativeMemory.AllocZeroed(GuardedCopy.MaxPieces, (nuint)sizeof(iovec));
    private int _oursCount, _guestsCount;
    private uint _bytes;

    /// <summary>Where the next pieces of the guest's memory go; <see cref="AddGuests"/> adds them.</summary>
    public iovec* NextGuests => _guests + _guestsCount;

    /// <summary>Whether there is room for so many pieces more.</summary>
    public bool HasRoom(int ours, int guests) => _oursCount + ours <= GuardedCopy.MaxPieces && _guestsCount + guests <= GuardedCopy.MaxPieces;

    /// <summary>Adds a piece of ours.</summary>
    /// <param name="at">Stays until it is copied.</param>
    public void AddOurs(void* at, uint length)
    {
        _ours[_oursCount++] = new iovec { iov_base = at, iov_len = length };
        _bytes += length;
    }

    /// <summary>Adds pieces of the guest's memory that stand at <see cref="NextGuests"/>.</summary>
    public void AddGuests(int pieces) => _guestsCount += pieces;

    /// <summary>Adds a piece of both.</summary>
    public void Add(byte* guests, void* ours, uint length)
    {
        *NextGuests = new iovec { iov_base = guests, iov_len = length };
        AddGuests(1);
        AddOurs(ours, length);
    }

    /// <summary>Copies out of the guest's memory; the list is empty then.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Read()
    {
        var (ours, guests, bytes) = Empty();
        memory.Read(_ours, ours, _guests, guests, bytes);
    }

    /// <summary>Copies into the guest's memory; the list is empty then.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Write()
    {
        var (ours, guests, bytes) = Empty();
        memory.Write(_guests, guests, _ours, ours, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_ours);
        NativeMemory.Free(_guests);
    }

    private (int Ours, int Guests, uint Bytes) Empty()
    {
        var had = (_oursCount, _guestsCount, _bytes);
        (_oursCount, _guestsCount, _bytes) = (0, 0, 0);
        return had;
    }
}
