namespace ShmWifi.Hwsim.Protocol;

/// <summary>nl80211's numbers for peer measurements, those that we use.</summary>
/// <remarks>Source: linux include/uapi/linux/nl80211.h, enum nl80211_peer_measurement_*.</remarks>
internal static class Nl80211Pmsr
{
    /// <summary>NL80211_ATTR_PEER_MEASUREMENTS: holds a request.</summary>
    public const ushort PeerMeasurements = 273;

    /// <summary>NL80211_PMSR_TYPE_FTM: fine timing measurement.</summary>
    public const ushort TypeFtm = 1;

    /// <summary>NL80211_PMSR_ATTR_MAX_PEERS, u32.</summary>
    public const ushort MaxPeers = 1;

    /// <summary>NL80211_PMSR_ATTR_TYPE_CAPA: by type, what a device can.</summary>
    public const ushort TypeCapa = 4;

    /// <summary>NL80211_PMSR_ATTR_PEERS. hwsim's requests have one for each peer, reports one that holds all.</summary>
    public const ushort Peers = 5;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_ASAP, flag.</summary>
    public const ushort CapaAsap = 1;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_NON_ASAP, flag.</summary>
    public const ushort CapaNonAsap = 2;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_PREAMBLES, u32 of bits by enum nl80211_preamble.</summary>
    public const ushort CapaPreambles = 5;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_BANDWIDTHS, u32 of bits by enum nl80211_chan_width.</summary>
    public const ushort CapaBandwidths = 6;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_MAX_BURSTS_EXPONENT; hwsim reads a u8.</summary>
    public const ushort CapaMaxBurstsExponent = 7;

    /// <summary>NL80211_PMSR_FTM_CAPA_ATTR_MAX_FTMS_PER_BURST; hwsim reads a u8.</summary>
    public const ushort CapaMaxFtmsPerBurst = 8;

    /// <summary>NL80211_PMSR_PEER_ATTR_ADDR.</summary>
    public const ushort PeerAddress = 1;

    /// <summary>NL80211_PMSR_PEER_ATTR_CHAN: holds <see cref="WiphyFreq"/> and <see cref="ChannelWidth"/>.</summary>
    public const ushort PeerChannel = 2;

    /// <summary>NL80211_PMSR_PEER_ATTR_REQ.</summary>
    public const ushort PeerRequest = 3;

    /// <summary>NL80211_PMSR_PEER_ATTR_RESP.</summary>
    public const ushort PeerResponse = 4;

    /// <summary>NL80211_ATTR_WIPHY_FREQ, u32: centre of the primary channel, MHz.</summary>
    public const ushort WiphyFreq = 38;

    /// <summary>NL80211_ATTR_CHANNEL_WIDTH, u32: enum nl80211_chan_width.</summary>
    public const ushort ChannelWidth = 159;

    /// <summary>NL80211_PMSR_REQ_ATTR_DATA: by type, what is asked.</summary>
    public const ushort RequestData = 1;

    /// <summary>NL80211_PMSR_FTM_REQ_ATTR_FTMS_PER_BURST, u8; 0: no preference.</summary>
    public const ushort RequestFtmsPerBurst = 6;

    /// <summary>NL80211_PMSR_FTM_REQ_ATTR_NUM_FTMR_RETRIES, u8.</summary>
    public const ushort RequestFtmrRetries = 7;

    /// <summary>NL80211_PMSR_RESP_ATTR_DATA: by type, what was measured.</summary>
    public const ushort ResponseData = 1;

    /// <summary>NL80211_PMSR_RESP_ATTR_STATUS, u32: <see cref="PmsrStatus"/>.</summary>
    public const ushort ResponseStatus = 2;

    /// <summary>NL80211_PMSR_RESP_ATTR_HOST_TIME, u64: CLOCK_BOOTTIME, ns.</summary>
    public const ushort ResponseHostTime = 3;

    /// <summary>NL80211_PMSR_RESP_ATTR_FINAL, flag.</summary>
    public const ushort ResponseFinal = 5;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_FAIL_REASON, u32: <see cref="FtmFailure"/>.</summary>
    public const ushort FtmFailReason = 1;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_NUM_FTMR_ATTEMPTS, u32.</summary>
    public const ushort FtmrAttempts = 3;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_NUM_FTMR_SUCCESSES, u32.</summary>
    public const ushort FtmrSuccesses = 4;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_NUM_BURSTS_EXP, u8.</summary>
    public const ushort FtmBurstsExponent = 6;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_BURST_DURATION, u8; 15: none was agreed on.</summary>
    public const ushort FtmBurstDuration = 7;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_FTMS_PER_BURST, u8.</summary>
    public const ushort FtmsPerBurst = 8;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_RSSI_AVG, s32 in half dBm.</summary>
    public const ushort FtmRssiAverage = 9;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_RTT_AVG, s64 in ps; _VARIANCE in ps² and _SPREAD in ps follow it.</summary>
    public const ushort FtmRttAverage = 13;

    /// <summary>NL80211_PMSR_FTM_RESP_ATTR_DIST_AVG, s64 in mm; _VARIANCE in mm² and _SPREAD in mm follow it.</summary>
    public const ushort FtmDistanceAverage = 16;
}

/// <summary>enum nl80211_peer_measurement_status.</summary>
internal enum PmsrStatus : uint
{
    /// <summary>It was measured.</summary>
    Success = 0,

    /// <summary>The measurement timed out.</summary>
    Timeout = 2,

    /// <summary>It failed; <see cref="FtmFailure"/> says why.</summary>
    Failure = 3,
}

/// <summary>enum nl80211_peer_measurement_ftm_failure_reasons.</summary>
internal enum FtmFailure : uint
{
    /// <summary>The responder did not answer.</summary>
    NoResponse = 1,

    /// <summary>The peer does no FTM.</summary>
    PeerNotCapable = 4,
}
