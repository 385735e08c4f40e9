namespace ShmWifi.Tests.Support;

/// <summary>Datagrams as mac80211_hwsim of Debian's 6.12 sent them to shm-injector, recorded by strace in a guest.</summary>
internal static class RecordedMessages
{
    /// <summary>The family ID that hwsim had.</summary>
    public const ushort Family = 0x24;

    /// <summary>addresses[1] of the radio that sent them; also the address of its interface.</summary>
    public const string Radio = "02:53:57:00:02:00";

    /// <summary>Where the frame starts in <see cref="Frame"/>.</summary>
    public const int FrameOffset = 36;

    /// <summary>Bytes of that frame: a probe request to everybody.</summary>
    public const int FrameLength = 116;

    /// <summary>HWSIM_CMD_ADD_MAC_ADDR: the interface went up.</summary>
    public static byte[] AddressAdd => Convert.FromHexString(Squeeze("""
        2c000000240000000000000000000000070100000a00020002535700020000000a0001000253570002000000
        """));

    /// <summary>HWSIM_CMD_DEL_MAC_ADDR: a scan ended.</summary>
    public static byte[] AddressDel => Convert.FromHexString(Squeeze("""
        2c000000240000000000000000000000080100000a00020002535700020000000a0001000253570002000000
        """));

    /// <summary>HWSIM_CMD_FRAME: a probe request on 2437 MHz at 1 Mbit/s, no status wanted, cookie 1.</summary>
    public static byte[] Frame => Convert.FromHexString(Squeeze("""
        d0000000240000000000000000000000020100000a00020002535700020000007800030040000000ffffffffffff0253
        57000200ffffffffffff00000000010802040b160c12182432043048606c0301062d1a7e101bffff0000000000000000
        00000100000000000000000000ff16230178c81a400002bfce0000000000000000fafffaffff116c07007c0000feffff
        7f01008888880000080004000200000008001300850900000c0007000001ff00ff00ff0010001500000000ff0000ff00
        00ff00000c0008000100000000000000
        """));

    private static string Squeeze(string lines) => lines.ReplaceLineEndings("");
}
