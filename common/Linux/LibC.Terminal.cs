using System.Runtime.InteropServices;

namespace ShmWifi.Linux;

#pragma warning disable CS1591 // libc's own man pages document these

/// <summary>struct termios, which only libc looks into.</summary>
[StructLayout(LayoutKind.Sequential, Size = 60)]
public struct termios;

public static unsafe partial class LibC
{
    public const int TCSADRAIN = 1;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int tcgetattr(int fd, termios* settings);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int tcsetattr(int fd, int when, termios* settings);

    [LibraryImport(Library, SetLastError = true)]
    public static partial void cfmakeraw(termios* settings);
}
