using System.Globalization;
using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Configuration.Medium;

/// <summary>Names radios: by VM (<c>sta1</c>: all that it has), by VM and the guest's name for the radio (<c>sta1/phy0</c>) or its port's number
/// for it (<c>sta1/radio0</c>), by an address that the radio answers to (<c>02:00:00:00:00:01</c>), or all (<c>*</c>).</summary>
/// <remarks>A guest that makes its radios again gets other names for them, but the same numbers. What looks like a number is none's name.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RadioPattern
{
    /// <summary>What the text form may be, for errors.</summary>
    public const string Allowed =
        "a VM ('ap'), a VM's radio ('ap/phy0' or 'ap/radio0'), the address of a radio ('02:00:00:00:00:01') or all radios ('*')";

    private const string NumberPrefix = "radio";

    private readonly byte _numberAndOne; // 0: it has none

    private RadioPattern(string? vm, string? radio, MacAddress? address)
    {
        (Vm, Radio, Address) = (vm, radio, address);
        if (radio is not null && IsNumber(radio, out byte number))
            _numberAndOne = (byte)(number + 1);
    }

    /// <summary>All radios.</summary>
    public static RadioPattern Any { get; }

    /// <summary>The VM's name; null: any.</summary>
    public string? Vm { get; }

    /// <summary>The radio's name in its VM, or <c>radio</c> and its number; null: any.</summary>
    public string? Radio { get; }

    /// <summary>The number of <see cref="Radio"/>; null: it is a name.</summary>
    public int? Number => _numberAndOne == 0 ? null : _numberAndOne - 1;

    /// <summary>An address of the radio; null: any.</summary>
    public MacAddress? Address { get; }

    /// <summary>All radios of a VM, or the one of a name.</summary>
    public static RadioPattern Of(string vm, string? radio = null) => new(vm, radio, null);

    /// <summary>The radio of a number.</summary>
    /// <param name="number">Below <see cref="Abi.MaxRadios"/>.</param>
    public static RadioPattern Of(string vm, int number) => new(vm, string.Create(CultureInfo.InvariantCulture, $"{NumberPrefix}{number}"), null);

    /// <summary>All the patterns that match a radio.</summary>
    public static RadioPattern[] AllOf(string vm, string radio, int number, ReadOnlySpan<MacAddress> addresses)
    {
        var byName = Of(vm, radio);
        var byNumber = Of(vm, number);
        List<RadioPattern> all = [Any, Of(vm), byNumber];
        if (byName.Number is null)
            all.Add(byName);
        foreach (var address in addresses)
            all.Add(Of(address));
        return [.. all];
    }

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
    /// <param name="number">The port's for it.</param>
    public bool Matches(string vm, string radio, int number, ReadOnlySpan<MacAddress> addresses) =>
        Address is { } address
            ? addresses.Contains(address)
            : (Vm is null || Vm == vm) && (Radio is null || (Number is { } own ? own == number : Radio == radio));

    /// <summary>The text form.</summary>
    public override string ToString() => Address?.ToString() ?? (Vm is null ? "*" : Radio is null ? Vm : $"{Vm}/{Radio}");

    /// <summary>Without zeros before it, so that a number has one name.</summary>
    private static bool IsNumber(string text, out byte number)
    {
        number = 0;
        return text.StartsWith(NumberPrefix, StringComparison.Ordinal)
            && byte.TryParse(text.AsSpan(NumberPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number < Abi.MaxRadios
            && (text.Length == NumberPrefix.Length + 1 || text[NumberPrefix.Length] != '0');
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and < Abi.NameSize && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
