using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Control;

/// <summary>A radio that is on the medium.</summary>
/// <param name="Name">Its name there, such as "phy0".</param>
/// <param name="Number">Its port's number for it.</param>
internal record RadioIdentity(string Vm, string Name, int Number, IReadOnlyList<MacAddress> Addresses)
{
    /// <summary>"vm/radio".</summary>
    public string FullName => $"{Vm}/{Name}";

    /// <summary>Whether a pattern means it.</summary>
    public bool IsMeantBy(RadioPattern pattern) => pattern.Matches(Vm, Name, Number, [.. Addresses]);
}

/// <summary>A radio that is on the medium, as it is now.</summary>
/// <param name="Name">Its name there, such as "phy0".</param>
/// <param name="Number">Its port's number for it.</param>
/// <param name="FreqMhz">Where it listens, as its guest told; else of its latest transmission; 0: nowhere, or not known.</param>
/// <param name="IsMonitor">Whether it wants frames addressed to others.</param>
/// <param name="Position">Where it is, metres.</param>
/// <param name="TxPowerDbm">Transmit power, dBm.</param>
/// <param name="AntennaGainDbi">Gain of its antenna, dBi.</param>
/// <param name="NoiseFloorDbm">Noise at its receiver in 20 MHz, dBm.</param>
/// <param name="DataRate">The rate of the unicast data that it sends.</param>
internal sealed record RadioReading(
    string Vm,
    string Name,
    int Number,
    IReadOnlyList<MacAddress> Addresses,
    int FreqMhz,
    bool IsMonitor,
    Position Position,
    double TxPowerDbm,
    double AntennaGainDbi,
    double NoiseFloorDbm,
    DataRate DataRate) : RadioIdentity(Vm, Name, Number, Addresses);

/// <summary>Which link is asked for.</summary>
/// <param name="To">Who receives; another radio.</param>
/// <param name="Rate">How a frame is sent.</param>
internal readonly record struct LinkQuestion(RadioIdentity From, RadioIdentity To, int FreqMhz, PhyRate Rate);

/// <summary>The link from one radio to another now.</summary>
/// <param name="SignalDbm">Power at the receiver, dBm.</param>
/// <param name="SnrDb">Signal to noise there in 20 MHz, dB.</param>
/// <param name="Loss">The given probability that an attempt is not received; null: rates and SNR decide.</param>
/// <param name="Per">The probability that a frame of the rate and length that were asked for is not received.</param>
internal sealed record LinkReading(double SignalDbm, double SnrDb, double? Loss, double Per);
