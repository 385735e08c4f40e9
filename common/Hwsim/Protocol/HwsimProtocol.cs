namespace ShmWifi.Hwsim.Protocol;

/// <summary>mac80211_hwsim's generic netlink protocol: its numbers.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h (not a UAPI header, but stable since 3.x).</remarks>
internal static class HwsimProtocol
{
    /// <summary>Name of its family.</summary>
    public const string FamilyName = "MAC80211_HWSIM";

    /// <summary>Shortest frame that the kernel takes from user space, bytes: struct ieee80211_hdr_3addr.</summary>
    public const uint MinFrameLength = 24;

    /// <summary>Longest frame that the kernel takes from user space, bytes: IEEE80211_MAX_DATA_LEN.</summary>
    public const uint MaxFrameLength = 2304;
}

/// <summary>enum hwsim_commands, those that we use.</summary>
internal enum HwsimCommand : byte
{
    /// <summary>Takes the frames over from the kernel.</summary>
    Register = 1,

    /// <summary>A frame, either way.</summary>
    Frame = 2,

    /// <summary>The outcome of a frame, to the kernel.</summary>
    TxInfoFrame = 3,

    /// <summary>Makes a radio; multicast when one is new.</summary>
    NewRadio = 4,

    /// <summary>Multicast when a radio is gone.</summary>
    DelRadio = 5,

    /// <summary>Lists radios.</summary>
    GetRadio = 6,

    /// <summary>A radio's driver wants frames to an address, from the kernel.</summary>
    AddMacAddr = 7,

    /// <summary>It no longer wants them.</summary>
    DelMacAddr = 8,

    /// <summary>A radio is to measure peers, from the kernel.</summary>
    StartPmsr = 9,

    /// <summary>It need not any more, from the kernel.</summary>
    AbortPmsr = 10,

    /// <summary>What it measured, to the kernel.</summary>
    ReportPmsr = 11,
}

/// <summary>enum hwsim_attrs, those that we use.</summary>
internal static class HwsimAttribute
{
    /// <summary>addresses[1] of the receiving radio; in ADD/DEL_MAC_ADDR the address itself.</summary>
    public const ushort AddrReceiver = 1;

    /// <summary>addresses[1] of the radio.</summary>
    public const ushort AddrTransmitter = 2;

    /// <summary>The 802.11 frame without FCS.</summary>
    public const ushort Frame = 3;

    /// <summary>u32, enum hwsim_tx_control_flags.</summary>
    public const ushort Flags = 4;

    /// <summary>u32, index into the band's legacy rates.</summary>
    public const ushort RxRate = 5;

    /// <summary>s32 in a u32, dBm.</summary>
    public const ushort Signal = 6;

    /// <summary>hwsim_tx_rate[4].</summary>
    public const ushort TxInfo = 7;

    /// <summary>u64, a counter of the radio.</summary>
    public const ushort Cookie = 8;

    /// <summary>u32, concurrent channels.</summary>
    public const ushort Channels = 9;

    /// <summary>u32, never used twice.</summary>
    public const ushort RadioId = 10;

    /// <summary>u32, place of a custom regulatory domain in hwsim's list, from 0.</summary>
    public const ushort RegCustomReg = 12;

    /// <summary>Flag: the radio can have a P2P Device.</summary>
    public const ushort SupportP2pDevice = 14;

    /// <summary>Flag: the radio goes with the socket that made it.</summary>
    public const ushort DestroyRadioOnClose = 16;

    /// <summary>Text: the wiphy's name.</summary>
    public const ushort RadioName = 17;

    /// <summary>u32, MHz.</summary>
    public const ushort Freq = 19;

    /// <summary>hwsim_tx_rate_flag[4].</summary>
    public const ushort TxInfoFlags = 21;

    /// <summary>Permanent address of a new radio.</summary>
    public const ushort PermAddr = 22;

    /// <summary>Flag: the radio can be a multi-link device.</summary>
    public const ushort MloSupport = 25;

    /// <summary>Nested, enum nl80211_peer_measurement_attrs: what a new radio can measure. Since Linux 6.4, as the two that follow.</summary>
    public const ushort PmsrSupport = 26;

    /// <summary>Nested: NL80211_ATTR_PEER_MEASUREMENTS, what to measure.</summary>
    public const ushort PmsrRequest = 27;

    /// <summary>Nested, enum nl80211_peer_measurement_attrs: what was measured.</summary>
    public const ushort PmsrResult = 28;

    /// <summary>Flag: the wiphy has a radio of its own for each band. Linux 6.12 has it, 6.1 has not.</summary>
    public const ushort MultiRadio = 29;
}
