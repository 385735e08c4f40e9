using System.Runtime.InteropServices;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>One region of a guest's memory, as the front end describes it.</summary>
/// <remarks>Source: vhost-user protocol, "Memory region description": these four words, in this order, 32 bytes.</remarks>
/// <param name="GuestAddress">What descriptors name.</param>
/// <param name="UserAddress">What the addresses of vrings name: the front end's own.</param>
/// <param name="MapOffset">Where it starts in its file.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MemoryRegion(ulong GuestAddress, ulong Size, ulong UserAddress, ulong MapOffset);

/// <summary>The memory of a guest, mapped; every access to it goes through here.</summary>
/// <remarks>
/// Where all of it is sealed against shrinking it is read and written in place. Else the guest's VMM could shrink the file under us, and the next
/// access would end the daemon by SIGBUS: then the kernel copies for us (<see cref="GuardedCopy"/>). Files of which a page may be long in coming are
/// refused: the engine's thread would wait for it. docs/decisions/0023.
/// </remarks>
internal sealed unsafe class GuestMemory : IDisposable
{
    /// <summary>Regions at most.</summary>
    public const int MaxRegions = 8;

    private readonly List<Mapping> _mappings = new(MaxRegions);

    /// <summary>Whether none of it can shrink: then it is accessed in place.</summary>
    public bool IsSealed { get; private set; } = true;

    /// <summary>Maps a region.</summary>
    /// <param name="file">May be closed then.</param>
    /// <exception cref="FrontEndException">It is none: says why.</exception>
    public void Add(MemoryRegion region, FileDescriptor file)
    {
        if (_mappings.Count == MaxRegions)
            throw new FrontEndException($"more than {MaxRegions} memory regions");
        if (region.Size == 0 || region.GuestAddress > ulong.MaxValue - region.Size || region.UserAddress > ulong.MaxValue - region.Size)
            throw new FrontEndException($"a memory region of {region.Size} bytes at 0x{region.GuestAddress:x} that is empty or wraps");
        foreach (var other in _mappings)
        {
            if (Overlap(region.GuestAddress, other.Region.GuestAddress, region.Size, other.Region.Size)
                || Overlap(region.UserAddress, other.Region.UserAddress, region.Size, other.Region.Size))
                throw new FrontEndException($"the memory regions at 0x{region.GuestAddress:x} and 0x{other.Region.GuestAddress:x} overlap");
        }
        stat status;
        LibCException.ThrowIfFailed(fstat(file.Descriptor, &status), "look at a guest's memory");
        ulong fileSize = (ulong)(long)status.st_size;
        if (FileTypes.Of(file) != FileType.Regular || region.MapOffset > fileSize || region.Size > fileSize - region.MapOffset)
            throw new FrontEndException($"a memory region of {region.Size} bytes from {region.MapOffset} on in a file of {fileSize}");
        statfs fileSystem;
        LibCException.ThrowIfFailed(fstatfs(file.Descriptor, &fileSystem), "look at a guest's memory");
        if (fileSystem.f_type is not (TMPFS_MAGIC or HUGETLBFS_MAGIC))
        {
            throw new FrontEndException("memory in a file on a disk, or on what answers like one, for which the medium would wait: "
                + "have it in a memfd, in /dev/shm or in huge pages");
        }
        ulong page = (ulong)(long)status.st_blksize; // of a file of huge pages theirs: the mapping has whole ones
        ulong size = (region.MapOffset + region.Size + page - 1) / page * page;
        try
        {
            var memory = SharedMemory.Map(file.Descriptor, size, offset: 0, ownsDescriptor: false);
            _mappings.Add(new Mapping(region, memory, memory.Address + region.MapOffset));
        }
        catch (LibCException exception)
        {
            throw new FrontEndException(exception.Message);
        }
        int seals = fcntl(file.Descriptor, F_GET_SEALS);
        // A fault of a huge page that is not there is SIGBUS, too.
        IsSealed &= seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && page == (ulong)Environment.SystemPageSize;
    }

    /// <summary>Unmaps a region.</summary>
    /// <returns>False: there is no such region.</returns>
    public bool Remove(MemoryRegion region)
    {
        int index = _mappings.FindIndex(m => m.Region.GuestAddress == region.GuestAddress && m.Region.Size == region.Size
            && m.Region.UserAddress == region.UserAddress);
        if (index < 0)
            return false;
        _mappings[index].Memory.Dispose();
        _mappings.RemoveAt(index);
        return true;
    }

    /// <summary>Where a guest's address is.</summary>
    /// <param name="run">How many bytes from there on are in one piece.</param>
    /// <returns>Null: nowhere.</returns>
    public byte* Find(ulong guestAddress, out ulong run)
    {
        foreach (var mapping in CollectionsMarshal.AsSpan(_mappings))
        {
            ulong offset = guestAddress - mapping.Region.GuestAddress;
            if (offset >= mapping.Region.Size)
                continue;
            run = mapping.Region.Size - offset;
            return mapping.Start + offset;
        }
        run = 0;
        return null;
    }

    /// <summary>Where a part of a vring is.</summary>
    /// <param name="userAddress">The front end's.</param>
    /// <param name="length">Bytes, all within one region.</param>
    /// <param name="alignment">That it must have.</param>
    /// <returns>Null: nowhere.</returns>
    public byte* FindRing(ulong userAddress, uint length, uint alignment)
    {
        foreach (var mapping in _mappings)
        {
            ulong offset = userAddress - mapping.Region.UserAddress;
            if (offset >= mapping.Region.Size || length > mapping.Region.Size - offset)
                continue;
            byte* at = mapping.Start + offset;
            return (ulong)at % alignment == 0 ? at : null;
        }
        return null;
    }

    /// <summary>Reads a word that the guest may write meanwhile; what it wrote before that is read after.</summary>
    /// <param name="at">A multiple of 2.</param>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public ushort ReadWord(byte* at)
    {
        if (IsSealed)
            return Volatile.Read(ref *(ushort*)at);
        // Of aligned 8 bytes the kernel makes one load, of 2 it may make two: then the index could be half of one and half of another.
        ulong around;
        Read(&around, (byte*)((ulong)at & ~7UL), sizeof(ulong));
        Interlocked.MemoryBarrier();
        return (ushort)(around >> ((int)((ulong)at & 7) * 8));
    }

    /// <summary>Copies out of it.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Read(void* to, byte* from, uint length)
    {
        if (IsSealed)
        {
            Buffer.MemoryCopy(from, to, length, length);
            return;
        }
        var local = new iovec { iov_base = to, iov_len = length };
        var guest = new iovec { iov_base = from, iov_len = length };
        Read(&local, 1, &guest, 1, length);
    }

    /// <summary>Copies into it.</summary>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Write(byte* to, void* from, uint length)
    {
        if (IsSealed)
        {
            Buffer.MemoryCopy(from, to, length, length);
            return;
        }
        var local = new iovec { iov_base = from, iov_len = length };
        var guest = new iovec { iov_base = to, iov_len = length };
        Write(&guest, 1, &local, 1, length);
    }

    /// <summary>Copies out of many places.</summary>
    /// <param name="toPieces">As <paramref name="fromPieces"/> at most <see cref="GuardedCopy.MaxPieces"/>.</param>
    /// <param name="length">Bytes of either list.</param>
    /// <exception cref="FrontEndException">The memory is gone.</exception>
    public void Read(iovec* to, int toPieces, iovec* from, int fromPieces, uint length)
    {
        if (IsSealed)
            Copy(to, from, length);
        else if (length != 0 && GuardedCopy.Read(to, toPieces, from, fromPieces) != length)
            throw Gone();
    }

    /// <summary>Copies into many places.</summary>
    /// <inheritdoc cref="Read(iovec*, int, iovec*, int, uint)"/>
    public void Write(iovec* to, int toPieces, iovec* from, int fromPieces, uint length)
    {
        if (IsSealed)
            Copy(to, from, length);
        else if (length != 0 && GuardedCopy.Write(from, fromPieces, to, toPieces) != length)
            throw Gone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mappings.ForEach(m => m.Memory.Dispose());
        _mappings.Clear();
        IsSealed = true;
    }

    private static FrontEndException Gone() => new($"a part of the guest's memory is gone: was its file cut? ({strerror(EFAULT)})");

    private static bool Overlap(ulong a, ulong b, ulong aSize, ulong bSize) => a < b + bSize && b < a + aSize;

    private static void Copy(iovec* to, iovec* from, uint length)
    {
        ulong toDone = 0, fromDone = 0;
        while (length != 0)
        {
            ulong piece = Math.Min(length, Math.Min((ulong)to->iov_len - toDone, (ulong)from->iov_len - fromDone));
            Buffer.MemoryCopy((byte*)from->iov_base + fromDone, (byte*)to->iov_base + toDone, piece, piece);
            (toDone, fromDone, length) = (toDone + piece, fromDone + piece, length - (uint)piece);
            if (toDone == (ulong)to->iov_len)
            {
                to++;
                toDone = 0;
            }
            if (fromDone == (ulong)from->iov_len)
            {
                from++;
                fromDone = 0;
            }
        }
    }

    private readonly struct Mapping(MemoryRegion region, SharedMemory memory, byte* start)
    {
        public MemoryRegion Region => region;

        public SharedMemory Memory => memory;

        public byte* Start => start;
    }
}
