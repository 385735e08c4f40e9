using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>Reads whole files that others name: whatever they are, reading ends, and takes bounded memory.</summary>
public static class BoundedFile
{
    /// <summary>Bytes that are read: half as much again as the longest configuration has, the links of all pairs of 1,024 VMs.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>Reads a file that a configuration names.</summary>
    /// <exception cref="IOException">It is not there, cannot be read, is longer than <see cref="MaxBytes"/>, or no regular file.</exception>
    public static byte[] ReadRegular(string path)
    {
        using var file = FileDescriptor.Open(path, O_RDONLY | O_NONBLOCK) // a FIFO's open would wait for a writer
            ?? throw new LibCException($"open {path}");
        if (FileTypes.Of(file) != FileType.Regular)
            throw new IOException($"{path} is no regular file");
        using var handle = new SafeFileHandle(file.Descriptor, ownsHandle: false);
        return Read(new FileStream(handle, FileAccess.Read), path); // this one, whatever the path leads to by now
    }

    /// <summary>Reads a file that the user names on a command line: a pipe or a terminal, too.</summary>
    /// <exception cref="IOException">It is not there, cannot be read, or is longer than <see cref="MaxBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not this user's to read.</exception>
    public static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Read(file, path);
    }

    private static byte[] Read(FileStream file, string path)
    {
        using var content = new MemoryStream();
        byte[] part = new byte[1 << 16];
        for (int count; (count = file.Read(part)) != 0;)
        {
            content.Write(part, 0, count);
            if (content.Length > MaxBytes)
                throw new IOException($"{path} has more than {MaxBytes} bytes; that is the most that is read");
        }
        return content.ToArray();
    }
}
