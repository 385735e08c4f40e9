using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>The lock of a file (flock(2)), which one owner has at a time; the kernel gives it back however its owner ends.</summary>
/// <remarks>The file is made for the lock, mode 0600, and goes with it.</remarks>
public sealed unsafe class FileLock : IDisposable
{
    private const ushort Mode = 0x180; // 0600
    private readonly string _path;
    private readonly FileDescriptor _file;

    private FileLock(string path, FileDescriptor file) => (_path, _file) = (path, file);

    /// <summary>What has it, for whoever keeps it on.</summary>
    public int Descriptor => _file.Descriptor;

    /// <summary>One that another process took, and left.</summary>
    /// <param name="descriptor">What has it; owned from now on.</param>
    public static FileLock Of(string path, FileDescriptor descriptor) => new(path, descriptor);

    /// <summary>Takes it.</summary>
    /// <returns>Null: another has it.</returns>
    /// <exception cref="LibCException">The file cannot be made there.</exception>
    public static FileLock? TryTake(string path)
    {
        while (true)
        {
            var file = Open(path);
            if (flock(file.Descriptor, LOCK_EX | LOCK_NB) < 0)
            {
                int error = errno;
                file.Dispose();
                return error == EAGAIN ? null : throw new LibCException($"lock {path}", error);
            }
            if (IsAt(path, file))
                return new FileLock(path, file);
            file.Dispose(); // who had it removed it after we opened it
        }
    }

    /// <summary>Leaves it to who keeps a duplicate of <see cref="Descriptor"/>.</summary>
    public void Leave() => _file.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        fixed (byte* name = CString.Of(_path))
            _ = unlink(name); // while it is locked: whoever has opened it by now sees that it is no longer there
        _file.Dispose();
    }

    private static FileDescriptor Open(string path)
    {
        fixed (byte* name = CString.Of(path))
            return FileDescriptor.Of(open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, Mode), $"open {path}");
    }

    private static bool IsAt(string path, FileDescriptor file)
    {
        stat there, ours;
        fixed (byte* name = CString.Of(path))
            return lstat(name, &there) == 0 && fstat(file.Descriptor, &ours) == 0 && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
    }
}
