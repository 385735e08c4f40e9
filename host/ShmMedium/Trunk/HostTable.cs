using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Configuration;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>What a host has: it alone writes this, publishes all of it on each change and twice a second, and is gone when it does not.</summary>
/// <param name="Session">Of the daemon's run; later ones are greater.</param>
/// <param name="Medium">A hash of the medium's configuration, changes included.</param>
internal sealed record HostTable(ulong Session, string Medium, VmEntry[] Vms)
{
    /// <summary>Longest message that is read: below NATS' own limit of 1 MiB (max_payload).</summary>
    public const int MaxSize = 1 << 20;

    private const int CurrentVersion = 1;
    private const int MaxVms = 1024;

    /// <summary>Of the message.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Of the changes that hosts have in common; 0: it has none of them.</summary>
    public ulong Revision { get; init; }

    /// <summary>What a host's engine has; on the engine's thread.</summary>
    public static HostTable Of(RadioRegistry radios, ulong session, string medium) => new(session, medium,
        [.. radios.Radios.Where(r => !r.Port.IsRemote).GroupBy(r => r.Port)
            .Select(vm => new VmEntry(vm.Key.Name, (ushort)vm.Key.Offer.PeerId, [.. vm.Select(RadioEntry.Of)]))]);

    /// <summary>As it goes over the network.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, TrunkJson.Default.HostTable);

    /// <summary>Reads what a network brought.</summary>
    /// <param name="problem">Why it is refused.</param>
    public static HostTable? TryRead(ReadOnlySpan<byte> from, out string problem)
    {
        problem = "";
        if (from.Length > MaxSize)
        {
            problem = $"it has {from.Length} bytes; allowed: {MaxSize}";
            return null;
        }
        try
        {
            var table = JsonSerializer.Deserialize(from, TrunkJson.Default.HostTable);
            problem = table is null ? "it is null" : table.Problem();
            return problem.Length == 0 ? table : null;
        }
        catch (JsonException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    private string Problem()
    {
        if (Version != CurrentVersion)
            return $"it is of version {Version}, and this daemon's is {CurrentVersion}: run the same release on all hosts";
        if (Vms is null || Medium is null || Vms.Length > MaxVms)
            return $"it has no VMs or no medium, or more than {MaxVms} VMs";
        if (!Array.TrueForAll(Vms, vm => vm is not null && vm.IsValid()))
            return "a VM or a radio in it breaks a bound";
        RadioEntry[] radios = [.. Vms.SelectMany(vm => vm.Radios)];
        return Vms.DistinctBy(vm => vm.Name, StringComparer.Ordinal).Count() != Vms.Length
            || radios.DistinctBy(r => r.Id).Count() != radios.Length
            ? "a VM or a radio is in it twice"
            : "";
    }
}

/// <summary>A VM with radios.</summary>
/// <param name="PeerId">Of which its default addresses are made.</param>
internal sealed record VmEntry(string Name, ushort PeerId, RadioEntry[] Radios)
{
    internal bool IsValid() => IsName(Name, VmConfiguration.NameLimit) && PeerId != 0 && Radios is not null && Radios.Length <= Abi.MaxRadios
        && Array.TrueForAll(Radios, r => r is not null && r.IsValid())
        && Radios.DistinctBy(r => r.Number).Count() == Radios.Length;

    internal static bool IsName(string? name, int limit) => name is { Length: > 0 } && name.Length <= limit
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

/// <summary>A radio.</summary>
/// <param name="Id"><see cref="Radio.Id"/>.</param>
/// <param name="Number">Its VM's for it.</param>
/// <param name="FreqMhz"><see cref="Radio.ChannelMhz"/>.</param>
/// <param name="TxPowerDbm">As its guest tells it.</param>
internal sealed record RadioEntry(int Id, ushort Number, string Name, string Identity, string[] Addresses, uint? FreqMhz, sbyte? TxPowerDbm,
    int SpacingMhz, bool IsMonitor)
{
    internal static RadioEntry Of(Radio radio) => new(
        radio.Id, radio.Number, radio.Name, radio.Identity.ToString(), [.. radio.Addresses.Select(a => a.ToString())], radio.ChannelMhz,
        radio.Endpoint.GuestTxPowerDbm, radio.Spacing.Mhz(), radio.Flags.HasFlag(RadioFlags.Monitor));

    /// <summary>Its addresses.</summary>
    internal IEnumerable<MacAddress> ParsedAddresses => Addresses.Select(a => MacAddress.Parse(a));

    internal bool IsValid() => Id >= 0 && Number < Abi.MaxRadios && VmEntry.IsName(Name, Abi.NameSize) && MacAddress.TryParse(Identity, out _)
        && Addresses is { Length: <= Radio.MaxAddresses }
        && Array.TrueForAll(Addresses, text => text is not null && MacAddress.TryParse(text, out var address) && !address.IsGroup)
        && TxPowerDbm is null or >= Abi.MinTxPower and <= Abi.MaxTxPower
        && ChannelSpacings.FromMhz(SpacingMhz) is not null;
}

[JsonSerializable(typeof(HostTable))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8)]
internal sealed partial class TrunkJson : JsonSerializerContext;
