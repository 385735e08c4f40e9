using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>A radio that we serve, and what the host knows of it.</summary>
/// <param name="hwsimId">hwsim's number for it.</param>
/// <param name="transmitter">addresses[1].</param>
internal sealed class Radio(ushort number, uint hwsimId, MacAddress transmitter)
{
    /// <summary>The port's number for it.</summary>
    public ushort Number => number;

    /// <summary>hwsim's number for it.</summary>
    public uint HwsimId => hwsimId;

    /// <summary>addresses[1], by which hwsim's messages name it.</summary>
    public MacAddress Transmitter => transmitter;

    /// <summary>The wiphy's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Whether it wants frames that are addressed to others.</summary>
    public bool HasMonitor { get; set; }

    /// <summary>Transmit power, dBm; null: its kernel never told.</summary>
    public sbyte? TxPowerDbm { get; set; }

    /// <summary>The same as the host was told; null: it was not.</summary>
    public sbyte? TxPowerTold { get; set; }

    /// <summary>Of its channels, as its kernel told last.</summary>
    public ChannelSpacing Spacing { get; set; }

    /// <summary>The same as the host was told, or assumes until it is.</summary>
    public ChannelSpacing SpacingTold { get; set; }

    /// <summary>The cookie of what it measures; null: it measures nothing.</summary>
    public ulong? Measurement { get; set; }

    /// <summary>An interface of it is up, so that it receives something.</summary>
    public bool IsUp { get; private set; }

    /// <summary>The kernel no longer has it; it stays until the host was told.</summary>
    public bool IsGone { get; set; }

    /// <summary>The host knows it, with this name and these flags.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>The host knows it, perhaps with another name or other flags.</summary>
    public bool IsKnownToHost { get; set; }

    /// <summary>What it answers to, and what the host, which knows it, must still be told that it does not.</summary>
    public List<RadioAddress> Addresses { get; } = [];

    /// <summary>Finds out whether it is up, after what it answers to has changed, and drops what is gone and the host does not know.</summary>
    public void Update()
    {
        IsUp = HasMonitor || Addresses.Exists(static address => address.IsWanted);
        Tidy();
    }

    /// <summary>The host knows nothing of it any more.</summary>
    public void Unsay()
    {
        IsAnnounced = IsKnownToHost = false;
        TxPowerTold = null;
        SpacingTold = default;
        foreach (var address in Addresses)
            address.IsAnnounced = false;
        Tidy();
    }

    /// <summary>Drops the addresses that are gone, but for those that the host knows: it must be told.</summary>
    public void Tidy() => _ = Addresses.RemoveAll(static address => !address.IsWanted && !address.IsAnnounced);

    /// <summary>The entry of an address, made if there is none.</summary>
    public RadioAddress GetAddress(MacAddress address)
    {
        foreach (var known in Addresses)
        {
            if (known.Value == address)
                return known;
        }
        var added = new RadioAddress(address);
        Addresses.Add(added);
        return added;
    }
}
