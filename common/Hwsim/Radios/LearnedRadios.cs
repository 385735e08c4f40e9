using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>Radios that nobody lists: they are known by their messages, as a device knows those of its driver.</summary>
/// <remarks>
/// hwsim adds an interface's address when that goes up, and once more when a software scan begins, which takes it back at its end. So they are
/// counted: nobody lists the interfaces that are up, as on the netlink path (docs/decisions/0008). Of a guest that was just booted the count is
/// exact.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, mac80211_hwsim_add_interface, mac80211_hwsim_sw_scan.
/// </remarks>
/// <param name="isLate">The guest was served before: interfaces may be up of which nobody tells any more.</param>
internal sealed class LearnedRadios(RadioTable radios, bool isLate)
{
    /// <summary>Addresses of a radio at most; the host takes no more, either.</summary>
    public const int MaxAddresses = 64;

    private readonly Dictionary<(ushort Radio, MacAddress Address), int> _wanted = []; // how often

    /// <summary>Adds a radio.</summary>
    /// <returns>Null: there are too many.</returns>
    public Radio? Add(MacAddress transmitter) => radios.Learn(transmitter);

    /// <summary>hwsim asks for an address, or takes it back.</summary>
    public void OnAddress(MacAddress transmitter, MacAddress address, bool isAdded)
    {
        if (!radios.TryFind(transmitter, out var radio))
            radio = Add(transmitter);
        if (radio is null)
            return;
        int count = _wanted.GetValueOrDefault((radio.Number, address)) + (isAdded ? 1 : -1);
        Want(radio, address, Math.Max(count, 0));
    }

    /// <summary>A radio sent a frame: what it sends as may be the address of an interface that was up before.</summary>
    public void OnSent(Radio radio, ReadOnlySpan<byte> frame)
    {
        if (!isLate || frame.Length < FrameView.Addr2Offset + MacAddress.Length)
            return;
        var transmitter = new MacAddress(frame.Slice(FrameView.Addr2Offset, MacAddress.Length));
        if (!_wanted.ContainsKey((radio.Number, transmitter)))
            Want(radio, transmitter, 1);
    }

    private void Want(Radio radio, MacAddress address, int count)
    {
        bool isKnown = _wanted.ContainsKey((radio.Number, address));
        if (count == 0)
            _ = _wanted.Remove((radio.Number, address));
        else if (isKnown || radio.Addresses.Count < MaxAddresses)
            _wanted[(radio.Number, address)] = count;
        else
            return;
        if (isKnown != (count != 0))
            radios.SetDriverAddress(radio, address, count != 0);
    }
}
