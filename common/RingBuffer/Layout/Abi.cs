namespace ShmWifi.RingBuffer.Layout;

/// <summary>Constants of the shared region. C twin: include/shmwifi_abi.h.</summary>
public static class Abi
{
    /// <summary>"SHMWIFI\0", little-endian, at offset 0 of a region that is ready.</summary>
    public const ulong Magic = 0x00494649574d4853;

    /// <summary>A side that meets another major version refuses.</summary>
    public const ushort Major = 1;

    /// <summary>A side that meets another minor version goes on; the feature bits tell what differs.</summary>
    public const ushort Minor = 5;

    /// <summary>Major in the upper 16 bits, minor in the lower.</summary>
    public const uint Version = ((uint)Major << 16) | Minor;

    /// <summary>Bytes that one writer owns at least: two cache lines, for adjacent-line prefetch.</summary>
    public const int Line = 128;

    /// <summary>Bytes of the region header with its port table.</summary>
    public const int HeaderSize = 8192;

    /// <summary>Offset of the port table in the header.</summary>
    public const int PortTableOffset = 0x100;

    /// <summary>Bytes of a port's state, indices and counters, before its rings.</summary>
    public const int PortHeaderSize = 4096;

    /// <summary>Bytes of a TX or pool slot.</summary>
    public const int SlotSize = 4096;

    /// <summary>Bytes of a TX slot's header.</summary>
    public const int SlotHeaderSize = 128;

    /// <summary>Bytes of payload that fit a slot: hwsim's whole netlink message (at most 3776) does.</summary>
    public const int SlotPayloadSize = SlotSize - SlotHeaderSize;

    /// <summary>Bytes of an RX descriptor.</summary>
    public const int DescriptorSize = 64;

    /// <summary>Ports of a region at most.</summary>
    public const int MaxPorts = 120;

    /// <summary>Radios of a port at most.</summary>
    public const int MaxRadios = 64;

    /// <summary>Bytes of a port's name in the table, UTF-8, NUL-padded.</summary>
    public const int NameSize = 48;

    /// <summary>Transmit power that a guest may tell, dBm, at least.</summary>
    public const int MinTxPower = -20;

    /// <summary>The same, at most.</summary>
    public const int MaxTxPower = 60;

    /// <summary>Counters that each side of a port publishes.</summary>
    public const int Counters = 32;

    /// <summary>Of a completion stamp: the guest's kernel would not take the frame, as the radio does not listen there. Since ABI 1.2.</summary>
    public const ulong DoneRefused = ulong.MaxValue;

    /// <summary>Formats a version word as "major.minor".</summary>
    public static string FormatVersion(uint version) => $"{version >> 16}.{version & 0xffff}";
}
