using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>What the models know of one radio. Made and changed by <see cref="LinkTable"/> alone.</summary>
internal sealed class LinkEndpoint
{
    private MacAddress[] _addresses = [];
    private MotionConfiguration? _motion;
    private ulong _motionKey;
    private long _motionSinceNs;
    private Trajectory _trajectory = Trajectory.Origin;

    internal LinkEndpoint(int index, string vm, int number) => (Index, Vm, Number) = (index, vm, number);

    /// <summary>Its place in tables: dense from 0; given to another radio after this one was removed.</summary>
    public int Index { get; }

    /// <summary>Its VM's name.</summary>
    public string Vm { get; }

    /// <summary>Its port's number for it.</summary>
    public int Number { get; }

    /// <summary>The guest's name for it, such as "phy0".</summary>
    public string Name { get; private set; } = "";

    /// <summary>Transmit power, dBm.</summary>
    public double TxPowerDbm { get; private set; }

    /// <summary>Its signal at every other where nothing is said of the links, dBm.</summary>
    public sbyte PerfectSignalDbm { get; private set; }

    /// <summary>Transmit power as its guest tells it, dBm; null: the guest tells nothing.</summary>
    internal sbyte? GuestTxPowerDbm { get; set; }

    /// <summary>Gain of the antenna, sending and receiving, dBi.</summary>
    public double AntennaGainDbi { get; internal set; }

    /// <summary>Noise at the receiver in 20 MHz, dBm.</summary>
    public double NoiseFloorDbm { get; internal set; }

    /// <summary>The rate of the unicast data that it sends; null: what its guest tells.</summary>
    public DataRate? DataRate { get; internal set; }

    /// <summary>Whether it is not forever where it is.</summary>
    internal bool Moves => _trajectory.Moves;

    /// <summary>Whether the configuration says where it is; else it counts as at the origin.</summary>
    internal bool IsPlaced => _motion is not null;

    /// <summary>Counter of the measurements that it began; 0: it has none yet.</summary>
    internal int Measurements { get; set; }

    /// <summary>Names it in random streams: a hash of its VM's name and its own, so the same in every run.</summary>
    internal ulong Identity { get; private set; }

    /// <summary>All the patterns that match it.</summary>
    internal RadioPattern[] Patterns { get; private set; } = [];

    /// <summary>Where it is.</summary>
    /// <param name="mediumNs">When, by the medium's clock.</param>
    public Position PositionAt(long mediumNs) => _trajectory.At(Math.Max(mediumNs - _motionSinceNs, 0));

    internal bool Matches(RadioPattern pattern) => pattern.Matches(Vm, Name, Number, _addresses);

    internal void SendWith(double txPowerDbm)
    {
        TxPowerDbm = txPowerDbm;
        PerfectSignalDbm = (sbyte)Math.Clamp(Math.Round(LinkTable.PerfectSignalOf(txPowerDbm)), -127, 20);
    }

    internal void Call(string name, ReadOnlySpan<MacAddress> addresses)
    {
        Name = name;
        _addresses = addresses.ToArray();
        Identity = RandomStream.Hash($"{Vm}/{name}");
        Patterns = RadioPattern.AllOf(Vm, name, Number, addresses);
    }

    // A motion that is as it was goes on: a long random walk is not walked again.
    internal void Move(MotionConfiguration? motion, ulong seed, long sinceNs)
    {
        ulong key = RandomStream.Key(seed, RandomPurpose.Motion, Identity);
        if (!ReferenceEquals(motion, _motion) || key != _motionKey)
            _trajectory = motion is null ? Trajectory.Origin : Trajectory.Of(motion, key);
        (_motion, _motionKey, _motionSinceNs) = (motion, key, sinceNs);
    }
}
