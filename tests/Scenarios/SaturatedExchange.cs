using ShmWifi.Dot11.Rates;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Scenarios;

/// <summary>What a data frame, or an A-MPDU of them, and its acknowledgement take when a sender's queue is never
/// empty and nobody else sends, by hand from the standard, µs.</summary>
/// <remarks>
/// The arithmetic is written out here from the clauses, not taken from the medium's code, so
/// that a mistake there shows. A payload of 1470 octets makes an MPDU of
/// 1470 + 8 (UDP) + 20 (IPv4) + 8 (LLC and SNAP, IEEE 802.2) + 24 or, with QoS, 26 (MAC
/// header) + 4 (FCS): 1534 or 1536. No frame is lost, so each waits its
/// interframe space and CWmin / 2 slots on average, and is acknowledged. Left out: beacons, some 1 % of the medium at 1 Mbit/s.
/// </remarks>
/// <param name="Mode">The PHY, for an access point.</param>
/// <param name="BasicRates">The network's, 100 kbit/s.</param>
/// <param name="MpduOctets">Of the data frame, FCS included.</param>
internal sealed record SaturatedExchange(
    string Name, PhyRate Rate, PhyMode Mode, int Channel, int FreqMhz, string Bitrates, int[] BasicRates, int MpduOctets,
    double SpaceUs, double BackoffUs, double DataUs, double SifsUs, double AckUs)
{
    /// <summary>UDP payload of a datagram.</summary>
    public const int PayloadOctets = 1470;

    /// <summary>MPDUs that an agreement of BlockAck keeps.</summary>
    public const int BufferSize = 64;

    private const int AmpduMpdus = 11;
    private const int HeMpdus = 50;

    /// <summary>How far a measured goodput may lie from ours.</summary>
    public const double Tolerance = 0.05;

    /// <summary>802.11b.</summary>
    public static SaturatedExchange Dsss { get; } =
        // DSSS, IEEE 802.11-2020 tables 15-5 and 16-4: SIFS 10, slot 20, CWmin 31; long preamble and header 192 at each PPDU (16.2.2.2).
        new("802.11b at 11 Mbit/s", PhyRate.Legacy(110), PhyMode.B, 1, 2412, "legacy-2.4 11", [10, 20, 55, 110], 1534,
            SpaceUs: 10 + (2 * 20), // DIFS: no QoS
            BackoffUs: 31 / 2.0 * 20,
            DataUs: 192 + Math.Ceiling(1534 * 8 / 11.0),
            SifsUs: 10,
            AckUs: 192 + Math.Ceiling(14 * 8 / 11.0)); // at 11 Mbit/s, a basic rate here: 10.6.6.5

    /// <summary>802.11a.</summary>
    public static SaturatedExchange Ofdm { get; } =
        // OFDM on 5 GHz, table 17-21: SIFS 16, slot 9, CWmin 15; preamble and SIGNAL 20, symbols
        // of 4; 216 data bits a symbol at 54 Mbit/s, 96 at 24 (table 17-4).
        new("802.11a at 54 Mbit/s", PhyRate.Legacy(540), PhyMode.A, 36, 5180, "legacy-5 54", [60, 120, 240, 540], 1534,
            SpaceUs: 16 + (2 * 9),
            BackoffUs: 15 / 2.0 * 9,
            DataUs: 20 + (4 * Math.Ceiling((16 + (1534 * 8) + 6) / 216.0)),
            SifsUs: 16,
            AckUs: 20 + (4 * Math.Ceiling((16 + (14 * 8) + 6) / 96.0))); // at 24 Mbit/s, the fastest mandatory rate

    /// <summary>802.11n, each frame alone: no ADDBA was agreed.</summary>
    public static SaturatedExchange Ht { get; } =
        // HT-mixed, 19.3: legacy preamble 20, HT-SIG 8, HT-STF 4, HT-LTF 4; 260 data bits a symbol at MCS 7 (table 19-27).
        new("HT MCS 7, 20 MHz", PhyRate.Ht(7), PhyMode.N, 149, 5745, "ht-mcs-5 7", [], 1536,
            SpaceUs: 16 + (3 * 9), // AIFS of AC_BE: table 9-155
            BackoffUs: 15 / 2.0 * 9,
            DataUs: 20 + 8 + 4 + 4 + (4 * Math.Ceiling((16 + (1536 * 8) + 6) / 260.0)),
            SifsUs: 16,
            AckUs: 20 + (4 * Math.Ceiling((16 + (14 * 8) + 6) / 96.0)));

    /// <summary>802.11n with A-MPDU.</summary>
    /// <remarks>An MPDU and its delimiter of 4 octets are 1540 here, a multiple of 4. A PPDU lasts 5.484 ms at most (aPPDUMaxTime, table 19-25): 1362
    /// symbols of 104 bits, which have room for 11 of them; the buffers that hwsim's radios agree on keep 64. A compressed BlockAck has 32 octets
    /// (9.3.1.8.2). MCS 3, 26 Mbit/s: a guest that is emulated has trouble to offer the 60 Mbit/s of MCS 7.</remarks>
    public static SaturatedExchange HtAggregated { get; } = Ht with
    {
        Name = "HT MCS 3, 20 MHz, A-MPDU",
        Rate = PhyRate.Ht(3),
        Bitrates = "ht-mcs-5 3",
        Mpdus = AmpduMpdus,
        DataUs = 20 + 8 + 4 + 4 + (4 * Math.Ceiling((16 + (AmpduMpdus * 1540 * 8) + 6) / 104.0)),
        AckUs = 20 + (4 * Math.Ceiling((16 + (32 * 8) + 6) / 96.0)),
    };

    /// <summary>802.11ax with A-MPDU; hwsim's guests tell HT MCS 7.</summary>
    /// <remarks>IEEE 802.11ax-2021 clause 27.3: legacy preamble 20, RL-SIG 4, HE-SIG-A 8, HE-STF 4, a 2x HE-LTF of 6.4 and 0.8; symbols of 12.8
    /// and 0.8; 1560 data bits a symbol at MCS 9 (234 subcarriers, 256-QAM, 5/6), BCC with a tail of 6. 5.484 ms are 400 symbols, which have room for
    /// 50 MPDUs. The BlockAck goes at 24 Mbit/s.</remarks>
    public static SaturatedExchange He { get; } = HtAggregated with
    {
        Name = "HE MCS 9, 20 MHz, A-MPDU",
        Rate = PhyRate.Ht(7),
        DataRate = "he 9",
        Mpdus = HeMpdus,
        DataUs = 20 + 4 + 8 + 4 + (6.4 + 0.8) + (13.6 * Math.Ceiling((16 + (HeMpdus * 1540 * 8) + 6) / 1560.0)),
    };

    /// <summary>802.11be with A-MPDU on 6 GHz; hwsim's guests tell OFDM there.</summary>
    /// <remarks>IEEE 802.11be-2024 clause 36.3: as HE's, with U-SIG 8 and EHT-SIG 8 in place of HE-SIG-A; 2340 data bits a symbol at MCS 13
    /// (4096-QAM, 5/6), LDPC, no tail. 64 MPDUs are what the buffer keeps; they take 4.6 ms.</remarks>
    public static SaturatedExchange Eht { get; } = HtAggregated with
    {
        Name = "EHT MCS 13, 20 MHz on 6 GHz, A-MPDU",
        Rate = PhyRate.Legacy(540),
        FreqMhz = 5955,
        DataRate = "eht 13",
        Mpdus = BufferSize,
        DataUs = 20 + 4 + 8 + 8 + 4 + (6.4 + 0.8) + (13.6 * Math.Ceiling((16 + (BufferSize * 1540 * 8)) / 2340.0)),
    };

    /// <summary>The configuration's rate for the sender's data; null: what the guest tells.</summary>
    public string? DataRate { get; init; }

    /// <summary>Data frames in it.</summary>
    public int Mpdus { get; init; } = 1;

    /// <summary>All of it.</summary>
    public double SumUs => SpaceUs + BackoffUs + DataUs + SifsUs + AckUs;

    /// <summary>Payload in that time, Mbit/s.</summary>
    public double Mbps => Mpdus * PayloadOctets * 8 / SumUs;

    /// <summary>Shows the arithmetic.</summary>
    public void Tell(ScenarioRun run)
    {
        run.Tell($"{Name}, by hand: DIFS or AIFS", "µs", SpaceUs);
        run.Tell($"{Name}, by hand: backoff, on average", "µs", BackoffUs);
        run.Tell($"{Name}, by hand: data", "µs", DataUs);
        run.Tell($"{Name}, by hand: SIFS", "µs", SifsUs);
        run.Tell($"{Name}, by hand: ACK or BlockAck", "µs", AckUs);
        run.Tell($"{Name}, by hand: sum", "µs", SumUs);
        run.Tell($"{Name}, by hand: {Mpdus} · {PayloadOctets} · 8 bits in that time", "Mbit/s", Mbps);
    }

    /// <summary>Judges a goodput.</summary>
    public void Judge(ScenarioRun run, string figure, double mbps) =>
        run.Judge($"{Name}: {figure}", "Mbit/s", mbps, Mbps * (1 - Tolerance), Mbps * (1 + Tolerance));
}
