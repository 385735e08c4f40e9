using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>What a radio measured of a peer by FTM, or why it did not.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct FtmResult
{
    /// <summary>The peer.</summary>
    public MacAddress Peer;

    /// <summary>Whether it was measured.</summary>
    public PmsrStatus Status;

    /// <summary>Failure: why.</summary>
    public FtmFailure Failure;

    /// <summary>FTM Request frames that were sent.</summary>
    public int FtmrAttempts;

    /// <summary>Those of them that were acknowledged.</summary>
    public int FtmrSuccesses;

    /// <summary>FTM frames of the burst.</summary>
    public int Ftms;

    /// <summary>Those of them that were received, and their acknowledgements: each gave a round-trip time.</summary>
    public int Samples;

    /// <summary>Signal of the FTM frames at the radio, dBm.</summary>
    public double SignalDbm;

    /// <summary>Mean of the round-trip times, ps.</summary>
    public double RttPs;

    /// <summary>Their variance, unbiased, ps²; 0 of fewer than two.</summary>
    public double RttVariancePs2;

    /// <summary>The longest less the shortest, ps.</summary>
    public double RttSpreadPs;
}
