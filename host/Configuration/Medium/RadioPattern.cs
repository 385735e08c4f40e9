using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Configuration.Medium;

/// <summary>Names radios: by VM (<c>sta1</c>: all that it has), by VM and radio (<c>sta1/phy0</c>), by an address that the radio answers to
/// (<c>02:00:00:00:00:01</c>), or all (<c>*</c>).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RadioPattern
{
    private RadioPattern(string? vm, string? radio, MacAddress? address) => (Vm, Radio, Address) = (vm, radio, address);

    /// <summary>All radios.</summary>
    public static RadioPattern Any { get; }

    /// <summary>The VM's name; null: any.</summary>
    public string? Vm { get; }

    /// <summary>The radio's name in its VM; null: any.</summary>
    public string? Radio { get; }

    /// <summary>An address of the radio; null: any.</summary>
    public MacAddress? Address { get; }

    /// <summary>All radios of a VM, or the one of a name.</summary>
    public static RadioPattern Of(string vm, string? radio = null) => new(vm, radio, null);

    /// <summary>The radio of an address.</summary>
    public static RadioPattern Of(MacAddress address) => new(null, null, address);

    /// <summary>Reads the text form; false for anything that no VM or radio can be called.</summary>
    public static bool TryParse(string text, out RadioPattern pattern)
    {
        ArgumentNullException.ThrowIfNull(text);
        pattern = default;
        if (text == "*")
            return true;
        if (MacAddress.TryParse(text, out var address))
        {
            pattern = new(null, null, address);
            return !address.IsGroup;
        }
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !parts.All(IsName))
            return false;
        pattern = new(parts[0], parts.Length == 2 ? parts[1] : null, null);
        return true;
    }

    /// <summary>Whether a radio is meant.</summary>
    public bool Matches(string vm, string radio, ReadOnlySpan<MacAddress> addresses) =>
        Address is { } address
            ? addresses.Contains(address)
            : (Vm is null || Vm == vm) && (Radio is null || Radio == radio);

    /// <summary>The text form.</summary>
    public override string ToString() => Address?.ToString() ?? (Vm is null ? "*" : Radio is null ? Vm : $"{Vm}/{Radio}");

    private static bool IsName(string text) =>
        text.Length is > 0 and < Abi.NameSize && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
