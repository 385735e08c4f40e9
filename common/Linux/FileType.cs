using System.Buffers.Binary;

namespace ShmWifi.Linux;

/// <summary>What a path leads to, symbolic links followed.</summary>
/// <remarks>Values are those of S_IFMT in a file's mode: inode(7).</remarks>
public enum FileType
{
    /// <summary>Nothing, as far as one may look.</summary>
    None = 0,

    /// <summary>A FIFO.</summary>
    Fifo = 0x1000,

    /// <summary>A character device.</summary>
    Device = 0x2000,

    /// <summary>A folder.</summary>
    Folder = 0x4000,

    /// <summary>A regular file.</summary>
    Regular = 0x8000,
}

/// <summary>Finds the type of files.</summary>
public static unsafe class FileTypes
{
    private const int FromHere = -100; // AT_FDCWD
    private const uint TypeWanted = 1; // STATX_TYPE
    private const int StatusSize = 256; // struct statx
    private const int ModeOffset = 28; // u16 stx_mode
    private const int TypeMask = 0xf000; // S_IFMT

    /// <summary>The type of what is at a path; it may be one that <see cref="FileType"/> does not name.</summary>
    public static FileType Of(string path)
    {
        byte* status = stackalloc byte[StatusSize];
        fixed (byte* name = CString.Of(path))
        {
            return LibC.statx(FromHere, name, 0, TypeWanted, status) < 0
                ? FileType.None
                : (FileType)(BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, sizeof(ushort))) & TypeMask);
        }
    }
}
