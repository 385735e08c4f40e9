using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>A radio on the medium: one hwsim phy of one VM. Changed by the engine thread alone.</summary>
/// <param name="identity">hwsim's TRANSMITTER address: names the radio to its kernel, is not an address on the medium.</param>
/// <param name="id">Counts all radios that this daemon ever saw; names it in captures.</param>
internal sealed class Radio(Port port, ushort number, MacAddress identity, int id, LinkEndpoint model)
{
    /// <summary>Addresses that one radio may answer to: more than any use of hwsim needs, and a bound for a hostile guest.</summary>
    public const int MaxAddresses = 64;

    private uint _sentFreqMhz;
    private AgreementLedger? _ledger;
    private int _told; // its number there
    private (MacAddress, uint, Radio[]) _lastReceiver;
    private (MacAddress, uint, bool) _lastTransmitter;

    /// <summary>The port of its VM.</summary>
    public Port Port { get; } = port;

    /// <summary>The port's number for it.</summary>
    public ushort Number { get; } = number;

    /// <summary>hwsim's TRANSMITTER address.</summary>
    public MacAddress Identity { get; } = identity;

    /// <summary>Counts all radios that this daemon ever saw.</summary>
    public int Id { get; } = id;

    /// <summary>The guest's name for it, such as "phy0".</summary>
    public string Name { get; internal set; } = "";

    /// <summary>What it wants.</summary>
    public RadioFlags Flags { get; internal set; }

    /// <summary>The channel that it listens on, by the centre of its primary 20 MHz: 0: it listens nowhere; null: only its kernel knows.</summary>
    public uint? ChannelMhz { get; internal set; }

    /// <summary>The spacing of the channels that it is tuned for, as far as its guest told.</summary>
    public ChannelSpacing Spacing { get; internal set; }

    /// <summary>Where it is, as far as it is known: its channel, or that of its latest transmission, MHz; 0: nowhere.</summary>
    public uint FreqMhz => ChannelMhz ?? _sentFreqMhz;

    /// <summary>Whether it is known to listen on a frequency.</summary>
    public bool ListensOn(uint freqMhz) => ChannelMhz == freqMhz;

    /// <summary>Whether it may hear what is sent on a frequency.</summary>
    public bool MayHear(uint freqMhz) => ChannelMhz is null || ListensOn(freqMhz);

    /// <summary>It sent a frame.</summary>
    internal void OnSent(uint freqMhz) => _sentFreqMhz = freqMhz;

    /// <summary>The retry chain of its latest frame.</summary>
    internal DecodedChain Chain { get; } = new();

    /// <summary>Which A-MPDUs it receives, as it told when it associated last.</summary>
    internal AmpduCapabilities AmpduCapabilities { get; private set; } = AmpduCapabilities.OfHwsim;

    /// <summary>The newest PHY that it has, as it told when it associated last; null: it told nothing.</summary>
    internal PhyKind? AssociatedPhy { get; private set; }

    /// <summary>The BlockAck agreements that its QoS data is sent under.</summary>
    internal BlockAckAgreements BlockAcks { get; } = new();

    /// <summary>It tells what it has, as it associates.</summary>
    /// <param name="ampdu">Null: it does not.</param>
    /// <param name="phy">Null: it does not.</param>
    internal void OnAssociating(AmpduCapabilities? ampdu = null, PhyKind? phy = null)
    {
        (AmpduCapabilities, AssociatedPhy) = (ampdu ?? AmpduCapabilities, phy ?? AssociatedPhy);
        _ledger?.WriteTold(_told, AmpduCapabilities, AssociatedPhy);
    }

    /// <summary>Goes on with what it had told and agreed on under the engine before, and has the next one find that.</summary>
    internal void KeepIn(AgreementLedger ledger)
    {
        ulong radio = AgreementLedger.RadioOf(Port.Id, Number);
        if (ledger.ToldBy(radio) is { } left)
            (AmpduCapabilities, AssociatedPhy) = left;
        (_ledger, _told) = (ledger, ledger.ClaimTold(radio));
        ledger.WriteTold(_told, AmpduCapabilities, AssociatedPhy);
        BlockAcks.KeepIn(ledger, radio);
    }

    /// <summary>It goes: nobody after it in its place shall be taken for it.</summary>
    internal void Forget()
    {
        BlockAcks.Clear();
        _ledger?.Release(_told);
        _ledger = null;
    }

    /// <summary>Whether it measures peers.</summary>
    internal bool IsMeasuring { get; set; }

    /// <summary>What the models know of it.</summary>
    internal LinkEndpoint Endpoint { get; } = model;

    /// <summary>Whether it has not gone.</summary>
    internal bool IsRegistered => Port.Radios[Number] == this;

    /// <summary>"vm/radio".</summary>
    public string FullName => $"{Port.Name}/{Name}";

    /// <summary>The addresses that it announced; copied on write.</summary>
    internal MacAddress[] Claims { get; set; } = [];

    /// <summary>Who answers to the receiver address of its latest frame, as of a version of the registry.</summary>
    internal ref (MacAddress Address, uint Version, Radio[] Owners) LastReceiver => ref _lastReceiver;

    /// <summary>Whether it may send as its latest frame's transmitter, as of a version of the registry.</summary>
    internal ref (MacAddress Address, uint Version, bool IsAllowed) LastTransmitter => ref _lastTransmitter;

    /// <summary>The latest address that it tried to send as and may not.</summary>
    internal MacAddress RefusedTransmitter { get; set; }

    /// <summary>Those of them that it answers to (<see cref="RadioRegistry.AddAddress"/>); copied on write.</summary>
    public MacAddress[] Addresses { get; internal set; } = [];

    /// <summary>Whether it answers to an address.</summary>
    public bool Owns(MacAddress address) => Array.IndexOf(Addresses, address) >= 0;
}
