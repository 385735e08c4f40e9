using System.Runtime.InteropServices;
using System.Text;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What an engine has to know of a port that it takes over and cannot believe of the region, where guests write.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LedgerPort
{
    /// <summary>The VM's ivshmem peer ID; 0: no VM has the port. Written last when one comes, first when it goes.</summary>
    public uint PeerId;

    /// <summary>QEMU's process; 0: not known.</summary>
    public int Pid;

    /// <summary>Why its guest is served no more.</summary>
    public PortFault Fault;

    /// <summary>TX slots that were taken and whose frames were published: the next is this one's index. Behind by one batch at most.</summary>
    public uint TxTaken;

    /// <summary>RX descriptors published. Behind by one round at most.</summary>
    public uint RxTail;

    /// <summary>Not 0: its radios are being written down. If that never ended, the guest has to announce them again.</summary>
    public uint AreRadiosTorn;

    /// <summary>Of its region.</summary>
    public ulong Epoch;

    /// <summary>What was counted of it, by <see cref="HostCounter"/>.</summary>
    public fixed ulong Counters[Abi.Counters];

    /// <summary>The VM's name, UTF-8, with zeroes to the end.</summary>
    public fixed byte Name[Abi.NameSize];

    /// <summary>The name.</summary>
    public readonly string VmName
    {
        get
        {
            fixed (byte* first = Name)
            {
                var name = new ReadOnlySpan<byte>(first, Abi.NameSize);
                return Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
            }
        }
    }
}
