using System.Runtime.InteropServices;

namespace ShmWifi.Linux;

#pragma warning disable CS1591 // libc's own man pages document these

public static unsafe partial class LibC
{
    public const int PROT_EXEC = 4;
    public const int MAP_PRIVATE = 2;
    public const int MAP_ANONYMOUS = 0x20;

    [LibraryImport(Library, SetLastError = true)]
    public static partial int mprotect(void* address, nuint length, int protection);
}
