using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>A memfd that outlives the engine. It begins with what it is and its version; what another version has left is kept no longer.</summary>
internal static unsafe class KeptMemory
{
    /// <summary>Takes over what an engine before has left, or begins one and has it kept.</summary>
    /// <param name="name">In the store; printable ASCII.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="mayGrow">Whether what is behind them may be written to.</param>
    /// <exception cref="LibCException">No memory.</exception>
    public static SharedMemory Open(IDescriptorStore store, string name, KeptHeader header, ulong size, bool mayGrow = false)
    {
        if (store.Take(name) is { } left)
        {
            if (Is(left, header, size))
                return SharedMemory.Map(left.Descriptor, size, offset: 0, ownsDescriptor: true);
            left.Dispose();
            store.Drop(name);
        }
        var memory = Create(name, header, size, mayGrow);
        store.Keep(name, memory.Descriptor);
        return memory;
    }

    /// <summary>One that goes with this engine.</summary>
    /// <exception cref="LibCException">No memory.</exception>
    public static SharedMemory Create(string name, KeptHeader header, ulong size, bool mayGrow = false)
    {
        var memory = SharedMemory.Create($"shmwifi-{name}", size, mayGrow);
        *(KeptHeader*)memory.Address = header;
        return memory;
    }

    private static bool Is(FileDescriptor left, KeptHeader header, ulong size)
    {
        var found = new KeptHeader();
        using var file = new SafeFileHandle(left.Descriptor, ownsHandle: false);
        return RandomAccess.Read(file, MemoryMarshal.AsBytes(new Span<KeptHeader>(ref found)), 0) == sizeof(KeptHeader)
            && found == header && RandomAccess.GetLength(file) >= (long)size;
    }
}

/// <summary>How such memory begins.</summary>
/// <param name="Magic">What it is.</param>
/// <param name="Version">Of its layout.</param>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
internal readonly record struct KeptHeader(ulong Magic, uint Version);
