using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>All radios, and which of them answer to an address.</summary>
/// <remarks>Changed by the engine thread alone; lists are copied on write, so looking up allocates nothing and other threads may read them.</remarks>
/// <param name="links">Is told of radios that come, change and go.</param>
internal sealed class RadioRegistry(LinkTable links, MediumClock clock)
{
    private readonly Dictionary<MacAddress, Radio[]> _claims = []; // who announced an address, in the order of coming
    private readonly Dictionary<MacAddress, Radio[]> _owners = []; // who of them answers to it
    private readonly ChannelListeners _listeners = new();
    private Radio[] _radios = [];
    private Radio?[] _byModel = new Radio?[16];
    private int _radiosEver;
    private uint _ownersVersion = 1; // changes with _owners
    private uint _version;

    /// <summary>Radios that one VM may bring one after the other: captures keep an interface for each, so this bounds their memory.</summary>
    public const int MaxRadiosEver = 65536;

    /// <summary>Called when a radio has come; on the engine thread.</summary>
    public Action<Radio>? Added { get; set; }

    /// <summary>Called when a radio has gone; on the engine thread. The link table still knows it.</summary>
    public Action<Radio>? Removed { get; set; }

    /// <summary>Called when a radio listens on another channel; on the engine thread.</summary>
    public Action<Radio>? Tuned { get; set; }

    /// <summary>All radios.</summary>
    public Radio[] Radios => Volatile.Read(ref _radios);

    /// <summary>The radio of a model. Engine thread only.</summary>
    public Radio Of(LinkEndpoint model) => Find(model)!;

    /// <summary>The same of a model whose radio may have gone since; null: it has. Another may be in its place.</summary>
    public Radio? Find(LinkEndpoint model) => _byModel[model.Index];

    /// <summary>The same by the model's index. Engine thread only.</summary>
    public Radio? FindAt(int index) => _byModel[index];

    /// <summary>The radio that <see cref="Radio.Id"/> counts; null: it has gone. Any thread.</summary>
    public Radio? FindById(int id)
    {
        var radios = Radios; // in the order of their coming
        int low = 0, high = radios.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (radios[middle].Id == id)
                return radios[middle];
            (low, high) = radios[middle].Id < id ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    /// <summary>Changes whenever a radio of this host comes, changes what other hosts know of it, or goes. Any thread.</summary>
    public uint Version => Volatile.Read(ref _version);

    /// <summary>Who may hear a frame on a frequency, its sender included. Engine thread only.</summary>
    public RadioList ListenersOn(uint freqMhz) => _listeners.On(freqMhz);

    /// <summary>Radios that want frames addressed to others, too.</summary>
    public Radio[] Monitors { get; private set; } = [];

    /// <summary>Radios that answer to an address. Engine thread only.</summary>
    public Radio[] OwnersOf(MacAddress address) => _owners.TryGetValue(address, out var owners) ? owners : [];

    /// <summary>The same for a frame's receiver: a radio sends most of its frames to whom it sent the one before.</summary>
    public Radio[] OwnersOf(MacAddress address, Radio sender)
    {
        ref var last = ref sender.LastReceiver;
        if (last.Address != address || last.Version != _ownersVersion)
            last = (address, _ownersVersion, OwnersOf(address));
        return last.Owners;
    }

    /// <summary>Whether a radio may send as a transmitter: an address that its VM may have, and that no other has. Engine thread only.</summary>
    public bool MaySendAs(Radio sender, MacAddress transmitter)
    {
        ref var last = ref sender.LastTransmitter;
        if (last.Address != transmitter || last.Version != _ownersVersion)
            last = (transmitter, _ownersVersion, sender.Port.Offer.Addresses.Allows(transmitter) && IsFreeFor(sender.Port, transmitter));
        return last.IsAllowed;
    }

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
        radio = new Radio(port, number, identity, _radiosEver++, links.Add(port.Name, name, [], clock.NowNs, number)) { Name = name };
        port.Radios[number] = radio;
        Volatile.Write(ref _radios, [.. _radios, radio]);
        if (radio.Endpoint.Index >= _byModel.Length)
            Array.Resize(ref _byModel, Math.Max(2 * _byModel.Length, radio.Endpoint.Index + 1));
        _byModel[radio.Endpoint.Index] = radio;
        _listeners.Add(radio);
        OnChanged(radio);
        Added?.Invoke(radio);
        return radio;
    }

    /// <summary>Removes a radio.</summary>
    public void Remove(Radio radio)
    {
        foreach (var address in radio.Claims)
            RemoveAddress(radio, address);
        Volatile.Write(ref _radios, Without(_radios, radio));
        Monitors = Without(Monitors, radio);
        _listeners.Remove(radio);
        radio.Port.Radios[radio.Number] = null;
        _byModel[radio.Endpoint.Index] = null;
        OnChanged(radio);
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
        OnChanged(radio);
    }

    /// <summary>A radio listens on another channel from now on.</summary>
    /// <param name="channelMhz">As <see cref="Radio.ChannelMhz"/>.</param>
    public void Tune(Radio radio, uint? channelMhz)
    {
        if (radio.ChannelMhz == channelMhz)
            return;
        _listeners.Remove(radio);
        radio.ChannelMhz = channelMhz;
        _listeners.Add(radio);
        OnChanged(radio);
        Tuned?.Invoke(radio);
    }

    /// <summary>A radio's channels have another spacing from now on, as its guest tells.</summary>
    public void SetSpacing(Radio radio, ChannelSpacing spacing)
    {
        if (radio.Spacing == spacing)
            return;
        radio.Spacing = spacing;
        OnChanged(radio);
        Tuned?.Invoke(radio);
    }

    /// <summary>A radio sends with another power from now on, as its guest tells.</summary>
    public void SetTxPower(Radio radio, sbyte dbm)
    {
        links.SetGuestTxPower(radio.Endpoint, dbm);
        OnChanged(radio);
    }

    /// <summary>The radio wants to answer to an address.</summary>
    public AddressClaim AddAddress(Radio radio, MacAddress address)
    {
        if (!radio.Port.Offer.Addresses.Allows(address))
            return AddressClaim.NotAllowed;
        if (Array.IndexOf(radio.Claims, address) < 0)
        {
            if (radio.Claims.Length >= Radio.MaxAddresses)
                return AddressClaim.TooMany;
            radio.Claims = [.. radio.Claims, address];
            _claims[address] = [.. ClaimantsOf(address), radio];
            Settle(address);
        }
        return radio.Owns(address) ? AddressClaim.Granted : AddressClaim.Waits;
    }

    /// <summary>It does no more.</summary>
    public void RemoveAddress(Radio radio, MacAddress address)
    {
        if (Array.IndexOf(radio.Claims, address) < 0)
            return;
        radio.Claims = [.. radio.Claims.Where(a => a != address)];
        var others = Without(ClaimantsOf(address), radio);
        if (others.Length == 0)
            _claims.Remove(address);
        else
            _claims[address] = others;
        Settle(address);
    }

    private Radio[] ClaimantsOf(MacAddress address) => _claims.TryGetValue(address, out var claimants) ? claimants : [];

    /// <summary>Whether no VM but one has an address; those that may spoof keep nobody from it.</summary>
    private bool IsFreeFor(Port port, MacAddress address)
    {
        if (port.Offer.Addresses.MaySpoof)
            return true;
        foreach (var owner in OwnersOf(address))
        {
            if (owner.Port != port && !owner.Port.Offer.Addresses.MaySpoof)
                return false;
        }
        return true;
    }

    /// <summary>Where it is decided who answers to an address: of those who want it the VM that came first and does not borrow it, if there is one,
    /// and all that may spoof.</summary>
    private void Settle(MacAddress address)
    {
        var before = OwnersOf(address);
        var claimants = ClaimantsOf(address);
        var first = claimants.Select(c => c.Port).Where(p => !p.Offer.Addresses.MaySpoof).MinBy(p => p.Offer.Addresses.Borrows(address));
        Radio[] owners = [.. claimants.Where(c => c.Port == first || c.Port.Offer.Addresses.MaySpoof)];
        if (owners.Length == 0)
            _owners.Remove(address);
        else
            _owners[address] = owners;
        _ownersVersion++;
        foreach (var radio in before.Except(owners))
            SetAddresses(radio, [.. radio.Addresses.Where(a => a != address)]);
        foreach (var radio in owners.Except(before))
            SetAddresses(radio, [.. radio.Addresses, address]);
    }

    private void SetAddresses(Radio radio, MacAddress[] addresses)
    {
        radio.Addresses = addresses;
        UpdateModel(radio);
    }

    private void UpdateModel(Radio radio)
    {
        links.Update(radio.Endpoint, radio.Name, radio.Addresses, clock.NowNs);
        OnChanged(radio);
    }

    private void OnChanged(Radio radio)
    {
        if (!radio.Port.IsRemote)
            Volatile.Write(ref _version, _version + 1);
    }

    private static Radio[] Without(Radio[] radios, Radio radio) => [.. radios.Where(r => r != radio)];
}
