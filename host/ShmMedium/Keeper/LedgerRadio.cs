using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>A radio as its guest announced it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LedgerRadio
{
    /// <summary>Addresses that there is room for.</summary>
    public const int MaxAddresses = 64;

    /// <summary>Not 0: there is one.</summary>
    public byte IsThere;

    /// <summary>What it wants.</summary>
    public RadioFlags Flags;

    /// <summary>Of its channels, MHz.</summary>
    public byte SpacingMhz;

    /// <summary>Not 0: <see cref="TxPowerDbm"/> is known.</summary>
    public byte HasTxPower;

    /// <summary>dBm.</summary>
    public sbyte TxPowerDbm;

    /// <summary>Not 0: <see cref="ChannelMhz"/> is known.</summary>
    public byte HasChannel;

    /// <summary>How many <see cref="Addresses"/> there are.</summary>
    public byte AddressCount;

    /// <summary>Bytes of <see cref="Name"/>.</summary>
    public byte NameLength;

    /// <summary>Where it listens; 0: nowhere.</summary>
    public uint ChannelMhz;

    /// <summary>hwsim's TRANSMITTER address.</summary>
    public fixed byte Identity[6];

    /// <summary>ASCII.</summary>
    public fixed byte Name[Abi.NameSize];

    /// <summary>The addresses that it wants to answer to, 6 bytes each.</summary>
    public fixed byte Addresses[MaxAddresses * 6];
}
