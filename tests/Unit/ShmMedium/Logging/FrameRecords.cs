using ShmWifi.ShmMedium.Logging;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

/// <summary>Records of frames, as the frame log makes them.</summary>
internal static class FrameRecords
{
    /// <summary>2026-11-22 00:00:00.000001 UTC.</summary>
    public const long UnixNs = 1_795_305_600_000_001_000;

    public static FrameRecord Of(byte[] frame, bool isAcked = true, uint freqMhz = 2437, sbyte? signalDbm = -30, bool hasNoRoom = false) =>
        FrameRecord.Of(frame, frame.Length, "ap", "phy0", UnixNs, freqMhz, signalDbm, isAcked, hasNoRoom);
}
