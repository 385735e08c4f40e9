using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Tmds.Linux;

namespace ShmWifi.Linux;

/// <summary>Copies from and to mappings of files that another process may shrink: what is gone ends the copy, not this process by SIGBUS.</summary>
/// <remarks>The kernel copies (process_vm_readv(2), process_vm_writev(2), on this process itself), and meets the fault. It does not stop at the
/// first list's pieces: both are one stream of bytes.</remarks>
public static unsafe partial class GuardedCopy
{
    /// <summary>Pieces of either list at most: UIO_MAXIOV.</summary>
    public const int MaxPieces = 1024;

    private static readonly int ThisProcess = Environment.ProcessId;

    /// <summary>Whether other processors see what a call copies piece after piece, so that the last one can publish those before.</summary>
    /// <remarks>The kernel copies in the lists' order, and x86 keeps the order of stores, and that of whole string instructions (Intel SDM volume
    /// 3A, "Memory Ordering in P6 and More Recent Processor Families", "Out-of-Order Stores For String Operations"). Others do not.</remarks>
    public static bool IsInOrder => X86Base.IsSupported;

    /// <summary>Copies from such a mapping.</summary>
    /// <returns>Bytes copied, or -1; fewer than there are: the rest is gone.</returns>
    public static long Read(iovec* to, int toPieces, iovec* from, int fromPieces) =>
        process_vm_readv(ThisProcess, to, (nuint)toPieces, from, (nuint)fromPieces, 0);

    /// <summary>Copies to such a mapping.</summary>
    /// <returns>As of <see cref="Read"/>.</returns>
    public static long Write(iovec* from, int fromPieces, iovec* to, int toPieces) =>
        process_vm_writev(ThisProcess, from, (nuint)fromPieces, to, (nuint)toPieces, 0);

    [LibraryImport(LibC.Library, SetLastError = true)]
    private static partial nint process_vm_readv(int pid, iovec* local, nuint localPieces, iovec* remote, nuint remotePieces, nuint flags);

    [LibraryImport(LibC.Library, SetLastError = true)]
    private static partial nint process_vm_writev(int pid, iovec* local, nuint localPieces, iovec* remote, nuint remotePieces, nuint flags);
}
