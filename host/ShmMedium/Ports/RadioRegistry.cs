using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>All radios, and which of them answer to an address.</summary>
/// <remarks>Changed by the engine thread alone; lists are copied on write, so looking up allocates nothing and other threads may read them.</remarks>
/// <param name="links">Is told of radios that come, change and go.</param>
internal sealed class RadioRegistry(LinkTable links, MediumClock clock)
{
    private readonly Dictionary<MacAddress, Radio[]> _owners = [];
    private Radio[] _radios = [];
    private Radio?[] _byModel = new Radio?[16];
    private int _radiosEver;

    /// <summary>Radios that one VM may bring one after the other: captures keep an interface for each, so this bounds their memory.</summary>
    public const int MaxRadiosEver = 65536;

    /// <summary>Called when a radio has come; on the engine thread.</summary>
    public Action<Radio>? Added { get; set; }

    /// <summary>Called when a radio has gone; on the engine thread. The link table still knows it.</summary>
    public Action<Radio>? Removed { get; set; }

    /// <summary>All radios.</summary>
    public Radio[] Radios => Volatile.Read(ref _radios);

    /// <summary>The radio of a model. Engine thread only.</summary>
    public Radio Of(LinkEndpoint model) => _byModel[model.Index]!;

    /// <summary>Radios that want frames addressed to others, too.</summary>
    public Radio[] Monitors { get; private set; } = [];

    /// <summary>Radios that answer to an address. Engine thread only.</summary>
    public Radio[] OwnersOf(MacAddress address) => _owners.TryGetValue(address, out var owners) ? owners : [];

    /// <summary>Adds a radio, or finds the one that is there under the same number and identity.</summary>
    /// <param name="identity">hwsim's TRANSMITTER address.</param>
    /// <param name="name">The guest's name for it, or its new one.</param>
    /// <returns>The radio; null when the VM has as many as it may.</returns>
    public Radio? AddOrGet(Port port, ushort number, MacAddress identity, string name)
    {
        var radio = port.Radios[number];
        if (radio is not null && radio.Identity == identity)
        {
            if (radio.Name != name)
            {
                radio.Name = name;
                UpdateModel(radio);
            }
            return radio;
        }
        if (radio is not null)
            Remove(radio);
        if (port.Radios.Count(r => r is not null) >= port.Offer.MaxRadios || port.RadiosEver == MaxRadiosEver)
            return null;
        port.RadiosEver++;
        radio = new Radio(port, number, identity, _radiosEver++, links.Add(port.Name, name, [], clock.NowNs)) { Name = name };
        port.Radios[number] = radio;
        Volatile.Write(ref _radios, [.. _radios, radio]);
        if (radio.Endpoint.Index >= _byModel.Length)
            Array.Resize(ref _byModel, Math.Max(2 * _byModel.Length, radio.Endpoint.Index + 1));
        _byModel[radio.Endpoint.Index] = radio;
        Added?.Invoke(radio);
        return radio;
    }

    /// <summary>Removes a radio.</summary>
    public void Remove(Radio radio)
    {
        foreach (var address in radio.Addresses)
            RemoveAddress(radio, address);
        Volatile.Write(ref _radios, Without(_radios, radio));
        Monitors = Without(Monitors, radio);
        radio.Port.Radios[radio.Number] = null;
        _byModel[radio.Endpoint.Index] = null;
        Removed?.Invoke(radio);
        links.Remove(radio.Endpoint);
    }

    /// <summary>Removes all radios of a VM.</summary>
    public void RemoveAll(Port port)
    {
        foreach (var radio in port.Radios)
        {
            if (radio is not null)
                Remove(radio);
        }
    }

    /// <summary>Keeps the list of monitors in step with a radio's flags.</summary>
    /// <param name="isMonitor">Whether it wants all frames.</param>
    public void SetMonitor(Radio radio, bool isMonitor)
    {
        var others = Without(Monitors, radio);
        Monitors = isMonitor ? [.. others, radio] : others;
    }

    /// <summary>The radio answers to an address from now on.</summary>
    /// <returns>False when it has as many as it may.</returns>
    public bool AddAddress(Radio radio, MacAddress address)
    {
        if (radio.Owns(address))
            return true;
        if (radio.Addresses.Length >= Radio.MaxAddresses)
            return false;
        radio.Addresses = [.. radio.Addresses, address];
        _owners[address] = [.. OwnersOf(address), radio];
        UpdateModel(radio);
        return true;
    }

    /// <summary>It does no more.</summary>
    public void RemoveAddress(Radio radio, MacAddress address)
    {
        if (!radio.Owns(address))
            return;
        radio.Addresses = [.. radio.Addresses.Where(a => a != address)];
        var owners = Without(OwnersOf(address), radio);
        if (owners.Length == 0)
            _owners.Remove(address);
        else
            _owners[address] = owners;
        UpdateModel(radio);
    }

    private void UpdateModel(Radio radio) => links.Update(radio.Endpoint, radio.Name, radio.Addresses, clock.NowNs);

    private static Radio[] Without(Radio[] radios, Radio radio) => [.. radios.Where(r => r != radio)];
}
