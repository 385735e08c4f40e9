using System.Diagnostics.CodeAnalysis;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Radios;

/// <summary>The radios of this kernel, by the port's numbers for them.</summary>
internal sealed class RadioTable
{
    private readonly Radio?[] _byNumber = new Radio?[Abi.MaxRadios];
    private Radio? _lastFound;

    /// <summary>Something changed that the host was not told.</summary>
    public bool IsDirty { get; private set; } = true;

    /// <summary>The host must be told everything from the start.</summary>
    public bool IsHelloWanted { get; private set; } = true;

    /// <summary>Radios that the port has no number for.</summary>
    public int Refused { get; private set; }

    /// <summary>Radios that the kernel has.</summary>
    public int Count => _byNumber.Count(static radio => radio is { IsGone: false });

    /// <summary>All, those that the host must still be told are gone among them; by number, with gaps.</summary>
    public ReadOnlySpan<Radio?> All => _byNumber;

    /// <summary>The radio of a number, or null.</summary>
    public Radio? Find(ushort number) => number < Abi.MaxRadios && _byNumber[number] is { IsGone: false } radio ? radio : null;

    /// <summary>Finds the radio that hwsim names by an address.</summary>
    /// <param name="transmitter">addresses[1].</param>
    public bool TryFind(MacAddress transmitter, [NotNullWhen(true)] out Radio? radio)
    {
        if (_lastFound is { IsGone: false } last && last.Transmitter == transmitter)
        {
            radio = last;
            return true;
        }
        foreach (var candidate in _byNumber)
        {
            if (candidate is { IsGone: false } && candidate.Transmitter == transmitter)
            {
                radio = _lastFound = candidate;
                return true;
            }
        }
        radio = null;
        return false;
    }

    /// <summary>Takes over what the kernel has now.</summary>
    public void Apply(IReadOnlyList<RadioSnapshot> snapshots)
    {
        Refused = 0;
        foreach (var radio in _byNumber)
        {
            if (radio is { IsGone: false } && !snapshots.Any(snapshot => IsSame(radio, snapshot)))
            {
                Remove(radio);
            }
        }
        foreach (var snapshot in snapshots)
        {
            var radio = Array.Find(_byNumber, candidate => candidate is { IsGone: false } && IsSame(candidate, snapshot)) ?? Add(snapshot);
            if (radio is null)
                Refused++;
            else
                Update(radio, snapshot);
        }
    }

    /// <summary>Adds a radio of which nothing is known but its messages.</summary>
    /// <returns>Null: the port has no number for it.</returns>
    public Radio? Learn(MacAddress transmitter)
    {
        int free = Array.IndexOf(_byNumber, null);
        if (free < 0)
            return null;
        IsDirty = true;
        return _byNumber[free] = new Radio((ushort)free, hwsimId: (uint)free, transmitter) { Name = $"radio{free}" };
    }

    /// <summary>hwsim asks for an address, or takes it back.</summary>
    public void SetDriverAddress(Radio radio, MacAddress address, bool isWanted)
    {
        radio.GetAddress(address).IsDriver = isWanted;
        radio.Update();
        IsDirty = true;
    }

    /// <summary>The host knows nothing of us any more.</summary>
    public void StartAnew()
    {
        foreach (var radio in _byNumber)
        {
            radio?.Unsay();
            if (radio is { IsGone: true })
                Forget(radio);
        }
        IsHelloWanted = true;
        IsDirty = true;
    }

    /// <summary>The host was told to forget our radios.</summary>
    public void OnHelloSent() => IsHelloWanted = false;

    /// <summary>The host was told everything.</summary>
    public void OnAllSent() => IsDirty = false;

    /// <summary>The host was told that a radio is gone, so its number is free.</summary>
    public void Forget(Radio radio) => _byNumber[radio.Number] = null;

    private static bool IsSame(Radio radio, RadioSnapshot snapshot) =>
        radio.HwsimId == snapshot.HwsimId && radio.Transmitter == snapshot.Transmitter;

    private Radio? Add(RadioSnapshot snapshot)
    {
        int free = Array.IndexOf(_byNumber, null);
        return free < 0 ? null : _byNumber[free] = new Radio((ushort)free, snapshot.HwsimId, snapshot.Transmitter);
    }

    private void Update(Radio radio, RadioSnapshot snapshot)
    {
        if (radio.Name != snapshot.Name || radio.HasMonitor != snapshot.HasMonitor)
        {
            radio.Name = snapshot.Name;
            radio.HasMonitor = snapshot.HasMonitor;
            radio.IsAnnounced = false;
        }
        radio.TxPowerDbm = snapshot.TxPowerDbm ?? radio.TxPowerDbm;
        radio.Spacing = snapshot.Spacing ?? radio.Spacing;
        foreach (var address in radio.Addresses)
            address.IsInterface = false;
        foreach (var address in snapshot.Addresses)
            radio.GetAddress(address).IsInterface = true;
        radio.Update();
        IsDirty = true;
    }

    /// <summary>Frees its number, or keeps it until the host, which knows it, is told.</summary>
    private void Remove(Radio radio)
    {
        radio.IsGone = true;
        if (!radio.IsKnownToHost)
            Forget(radio);
        IsDirty = true;
    }
}
