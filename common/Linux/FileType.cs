using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>What kind of file something is.</summary>
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

    /// <summary>A socket.</summary>
    Socket = 0xc000,
}

/// <summary>Finds the type of files; it may be one that <see cref="FileType"/> does not name.</summary>
public static unsafe class FileTypes
{
    /// <summary>The type of what a path leads to, symbolic links followed.</summary>
    public static FileType Of(string path)
    {
        stat status;
        fixed (byte* name = CString.Of(path))
            return Of(stat(name, &status), in status);
    }

    /// <summary>The type of what is at a path itself.</summary>
    public static FileType At(string path)
    {
        stat status;
        fixed (byte* name = CString.Of(path))
            return Of(lstat(name, &status), in status);
    }

    /// <summary>The type of what is open.</summary>
    public static FileType Of(FileDescriptor file)
    {
        ArgumentNullException.ThrowIfNull(file);
        stat status;
        return Of(fstat(file.Descriptor, &status), in status);
    }

    private static FileType Of(int result, in stat status) => result < 0 ? FileType.None : (FileType)(int)(uint)(status.st_mode & S_IFMT);
}
