using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>What is kept of a virtqueue: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KeptVring
{
    /// <summary>Addresses of its parts, the front end's.</summary>
    public ulong Descriptors, Available, Used;

    /// <summary>Buffers that it has.</summary>
    public ushort Length;

    /// <summary>Index of the next buffer to take.</summary>
    public ushort Next;

    /// <summary>Not 0: the addresses are known.</summary>
    public byte HasPlace;

    /// <summary>Not 0: the front end lets it run.</summary>
    public byte IsEnabled;

    /// <summary>Not 0: it runs.</summary>
    public byte IsStarted;
}
