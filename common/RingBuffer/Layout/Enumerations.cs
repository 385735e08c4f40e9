namespace ShmWifi.RingBuffer.Layout;

/// <summary>Feature bits of region and guest.</summary>
[Flags]
public enum RegionFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Descriptors may point into another port's slots.</summary>
    ByReference = 1 << 0,

    /// <summary>Guest: the kernel module moves the frames, not a process.</summary>
    KernelPath = 1 << 1,

    // 1 << 2 was ABI 1.1's, and is not used again.

    /// <summary>Host: takes <see cref="RingKind.RadioChannel"/>, and knows <see cref="Abi.DoneRefused"/>. Since ABI 1.2.</summary>
    Channels = 1 << 3,

    /// <summary>Host: takes <see cref="RingKind.RadioTxPower"/>. Since ABI 1.3.</summary>
    TxPower = 1 << 4,

    /// <summary>Host: takes <see cref="RingKind.RadioSpacing"/>. Since ABI 1.4.</summary>
    Spacing = 1 << 5,

    /// <summary>Host: takes <see cref="RingKind.PmsrRequest"/>. Since ABI 1.4.</summary>
    Pmsr = 1 << 6,
}

/// <summary>Whether the host's engine runs.</summary>
public enum HostState : uint
{
    /// <summary>Not yet, or it stopped properly.</summary>
    Away = 0,

    /// <summary>It drains the rings.</summary>
    Running = 1,
}

/// <summary>A port as the host sees it.</summary>
public enum PortState : uint
{
    /// <summary>No VM.</summary>
    Free = 0,

    /// <summary>A VM holds it.</summary>
    Attached = 1,

    /// <summary>The guest broke the rules; the host no longer reads it.</summary>
    Faulted = 2,
}

/// <summary>Why a port is faulted.</summary>
public enum PortFault : uint
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>The TX tail ran further ahead of the head than the ring is long, or backwards.</summary>
    TxTail = 1,

    /// <summary>The RX head left the range from its old place to the tail.</summary>
    RxHead = 2,

    /// <summary>A TX slot of no known kind.</summary>
    Kind = 3,

    /// <summary>A payload that leaves its slot.</summary>
    Length = 4,

    /// <summary>A radio number out of range.</summary>
    Radio = 5,

    /// <summary>Hello from a guest whose ABI has another major version than the host's.</summary>
    AbiVersion = 6,

    /// <summary>No rule was broken: the host failed while it served the port, and its log says how.</summary>
    HostFailure = 7,
}

/// <summary>A port as its guest sees it.</summary>
public enum GuestState : uint
{
    /// <summary>No service runs.</summary>
    Absent = 0,

    /// <summary>A service (or the kernel path) moves frames.</summary>
    Ready = 1,
}

/// <summary>What a TX slot or an RX descriptor carries.</summary>
public enum RingKind : byte
{
    /// <summary>Guest to host: skip this slot.</summary>
    None = 0,

    /// <summary>Both ways: an 802.11 frame.</summary>
    Frame = 1,

    /// <summary>Host to guest: the outcome of a frame.</summary>
    TxStatus = 2,

    /// <summary>Guest to host: forget my radios, I start again.</summary>
    Hello = 3,

    /// <summary>Host to guest: say Hello and announce all radios again.</summary>
    Announce = 4,

    /// <summary>Guest to host: a radio is new, or its name or flags changed.</summary>
    RadioAdd = 5,

    /// <summary>Guest to host: a radio is gone.</summary>
    RadioDel = 6,

    /// <summary>Guest to host: the radio answers to an address.</summary>
    AddressAdd = 7,

    /// <summary>Guest to host: it no longer answers to it.</summary>
    AddressDel = 8,

    /// <summary>Both ways: a clock exchange, request and answer.</summary>
    ClockSync = 9,

    // 10 was ABI 1.1's, and is not used again.

    /// <summary>Guest to host: where the radio listens from now on: on one channel (FreqMhz), or nowhere (0). A radio of which the guest never
    /// says so, or says it with <see cref="ChannelFlags.Unknown"/>, may listen anywhere, and only its kernel knows.</summary>
    RadioChannel = 11,

    /// <summary>Guest to host: with what power the radio sends from now on (TxPowerDbm). Of a radio whose guest never says so nothing is
    /// known. Since ABI 1.3.</summary>
    RadioTxPower = 12,

    /// <summary>Guest to host: how far apart the radio's channels are from now on (SpacingMhz): 5, 10 or 20 MHz. Until a guest says so: 20. Since
    /// ABI 1.4.</summary>
    RadioSpacing = 13,

    /// <summary>Guest to host: measure these peers. The payload is the value of hwsim's PMSR_REQUEST as its kernel wrote it. Since ABI 1.4.</summary>
    PmsrRequest = 14,

    /// <summary>Host to guest: what was measured. The payload is the value of hwsim's PMSR_RESULT; none if it was not taken. Since ABI 1.4.</summary>
    PmsrResult = 15,

    /// <summary>Host to guest: another engine serves the port from now on. A frame in a TX slot before the index in Cookie whose status has not come
    /// before this gets none: its kernel has to be told that it was not acknowledged. Since ABI 1.5.</summary>
    EngineChanged = 16,
}

/// <summary>Flags of a frame or a TX status.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, enum hwsim_tx_control_flags.</remarks>
[Flags]
public enum TxFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>mac80211 wants the status (HWSIM_TX_CTL_REQ_TX_STATUS).</summary>
    RequestStatus = 1,

    /// <summary>No acknowledgement is expected (HWSIM_TX_CTL_NO_ACK).</summary>
    NoAck = 2,

    /// <summary>It was acknowledged (HWSIM_TX_STAT_ACK).</summary>
    Acked = 4,
}

/// <summary>Flags of a radio announcement.</summary>
[Flags]
public enum RadioFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It has a monitor interface: it wants frames that are addressed to others, too.</summary>
    Monitor = 1,
}

/// <summary>Flags of where a radio listens.</summary>
[Flags]
public enum ChannelFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The guest cannot tell, for it has several channels at a time.</summary>
    Unknown = 1,
}

/// <summary>What a guest counts for its port, by index into its counters.</summary>
public enum GuestCounter
{
    /// <summary>Frames taken from hwsim.</summary>
    TxFrames,

    /// <summary>Frames that hwsim gave but the ring had no room for.</summary>
    TxDropped,

    /// <summary>Frames given to hwsim.</summary>
    RxFrames,

    /// <summary>Frames that hwsim refused (wrong channel, radio down).</summary>
    RxRefused,

    /// <summary>Descriptors that pointed outside the region or had invalid contents.</summary>
    RxInvalid,

    /// <summary>Doorbells rung.</summary>
    Doorbells,

    /// <summary>Doorbells that the event index saved.</summary>
    DoorbellsSuppressed,

    /// <summary>System calls of the data path.</summary>
    SystemCalls,

    /// <summary>Times the service slept and was woken.</summary>
    Wakeups,

    /// <summary>Netlink messages that the kernel dropped for lack of socket buffer.</summary>
    NetlinkOverruns,

    /// <summary>Messages to hwsim, frames and statuses, that were lost: its virtqueue had no buffer, or none that was long enough.</summary>
    DropNoBuffer,
}

/// <summary>What the host counts for a port, by index into its counters.</summary>
public enum HostCounter
{
    /// <summary>Frames taken from the port.</summary>
    TxFrames,

    /// <summary>Bytes of them.</summary>
    TxBytes,

    /// <summary>Frames posted to the port.</summary>
    RxFrames,

    /// <summary>Bytes of them.</summary>
    RxBytes,

    /// <summary>Unicast frames of the port that were acknowledged.</summary>
    Acked,

    /// <summary>Unicast frames of the port that nobody acknowledged.</summary>
    NotAcked,

    /// <summary>Frames not posted: the port's RX ring was full.</summary>
    DropRxRingFull,

    /// <summary>Frames not posted: they had to be copied and the port's pool was empty.</summary>
    DropPoolEmpty,

    /// <summary>TX statuses and answers to clock exchanges not posted: the port's RX ring was full.</summary>
    DropStatus,

    /// <summary>Frames of the port from a radio that it never announced, or too short to be 802.11.</summary>
    DropInvalid,

    /// <summary>Frames posted by copy.</summary>
    Copied,

    /// <summary>Payload bytes that the host copied for the port.</summary>
    CopiedBytes,

    /// <summary>Doorbells rung at the port's VM.</summary>
    Doorbells,

    /// <summary>Doorbells that the event index saved.</summary>
    DoorbellsSuppressed,

    /// <summary>Announcements of radios or addresses beyond the limit.</summary>
    Refused,

    /// <summary>Attempts of the port's unicast frames after the first.</summary>
    Retries,

    /// <summary>Attempts that the port's radios could have received, and that the medium lost or an injected fault dropped.</summary>
    LostOnAir,

    /// <summary>Frames of the port that found no room among those that wait: for the medium, or for the end of an injected delay.</summary>
    DropMediumQueueFull,

    /// <summary>Frames of the port whose transmitter address its VM may not use.</summary>
    DropTransmitter,

    /// <summary>Unicast frames of the port, among those not acknowledged, that went well on the medium and found no room at their receiver.</summary>
    NoRoom,
}
