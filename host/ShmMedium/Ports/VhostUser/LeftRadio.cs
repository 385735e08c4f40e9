using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>A radio as the engine before knew it: its guest tells its addresses once only.</summary>
/// <param name="Transmitter">As hwsim names it.</param>
/// <param name="Addresses">Those of its interfaces that were up.</param>
internal sealed record LeftRadio(MacAddress Transmitter, IReadOnlyList<MacAddress> Addresses)
{
    /// <summary>Copies those of a port, if that engine knew any: one that dies as soon as it has begun knows none yet.</summary>
    public static unsafe void Save(Ledger ledger, int port, Span<LedgerRadio> radios)
    {
        bool isAny = false;
        for (int number = 0; number < Abi.MaxRadios; number++)
            isAny |= ledger.Radio(port, number) is var radio && radio->IsThere != 0 && radio->AddressCount != 0;
        if (!isAny || ledger.Port(port)->AreRadiosTorn != 0)
            return;
        for (int number = 0; number < Abi.MaxRadios; number++)
            radios[number] = *ledger.Radio(port, number);
    }

    /// <summary>Those that were saved.</summary>
    public static unsafe IReadOnlyList<LeftRadio> Of(ReadOnlySpan<LedgerRadio> saved)
    {
        List<LeftRadio> radios = [];
        foreach (var entry in saved)
        {
            if (entry.IsThere == 0)
                continue;
            var addresses = new MacAddress[Math.Min((int)entry.AddressCount, LedgerRadio.MaxAddresses)];
            for (int i = 0; i < addresses.Length; i++)
                addresses[i] = new MacAddress(new ReadOnlySpan<byte>(entry.Addresses + (i * MacAddress.Length), MacAddress.Length));
            radios.Add(new LeftRadio(new MacAddress(new ReadOnlySpan<byte>(entry.Identity, MacAddress.Length)), addresses));
        }
        return radios;
    }
}
