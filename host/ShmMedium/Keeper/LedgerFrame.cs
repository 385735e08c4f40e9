using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What the next engine has to know of a frame that waits in the host's memory, beside its bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LedgerFrame
{
    /// <summary>Written last when it begins to wait, first when it does no longer.</summary>
    public LedgerFrameState State;

    /// <summary>Its VM's ivshmem peer ID.</summary>
    public uint PeerId;

    /// <summary>The TX slot's index that it was taken from: who takes that slot again needs no copy.</summary>
    public uint Slot;

    /// <summary>Frames are sent in the order of these.</summary>
    public ulong Order;

    /// <summary>When it was taken, CLOCK_MONOTONIC, ns.</summary>
    public ulong TakenNs;

    /// <summary>Of the slot, without what tells where the bytes are.</summary>
    public TxSlotHeader Header;
}

/// <summary>Whether a frame waits.</summary>
internal enum LedgerFrameState : uint
{
    None,

    /// <summary>Nobody has it.</summary>
    Waits,

    /// <summary>Some receiver may have it already.</summary>
    Received,
}
