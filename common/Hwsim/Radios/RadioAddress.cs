using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>An address that a radio answers to, with who says so: an address stays as long as anybody does.</summary>
internal sealed class RadioAddress(MacAddress value)
{
    /// <summary>The address.</summary>
    public MacAddress Value => value;

    /// <summary>An interface that is up has it.</summary>
    public bool IsInterface { get; set; }

    /// <summary>hwsim asked for it and has not taken it back: an interface that went up, or a scan under an address of its own.</summary>
    public bool IsDriver { get; set; }

    /// <summary>The host knows it.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>Whether the radio answers to it.</summary>
    public bool IsWanted => IsInterface || IsDriver;
}
