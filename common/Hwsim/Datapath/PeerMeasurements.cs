using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>Peer measurements: hwsim's requests go to the host, and its reports to hwsim, as they are.</summary>
/// <remarks>
/// hwsim has one for each radio, and begins no other before it was reported. It forgets an aborted one only by a report, whose results it would
/// look for in what was freed: so that report has none (docs/decisions/0017). What a host does not measure, or no longer can, is reported
/// without results.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, mac80211_hwsim_start_pmsr, mac80211_hwsim_abort_pmsr, hwsim_pmsr_report_nl.
/// The twin of shmwifi_pmsr.c.
/// </remarks>
internal sealed unsafe class PeerMeasurements(GuestPort port, RadioTable radios, InjectionBatch batch)
{
    private readonly bool _isHostMeasuring = (port.Region.Features & RegionFeatures.Pmsr) != RegionFeatures.None;
    private ulong _begun;

    /// <summary>Makes a slot of a request that the kernel wrote into it.</summary>
    /// <returns>False: the radio or the host does not measure.</returns>
    public bool TryStart(TxSlotHeader* slot, in HwsimMessage request)
    {
        if (!_isHostMeasuring || !radios.TryFind(request.Transmitter, out var radio))
            return false;
        radio.Measurement = ++_begun;
        slot->Kind = RingKind.PmsrRequest;
        slot->Flags = 0;
        slot->Radio = radio.Number;
        slot->Length = (uint)request.PayloadLength;
        slot->Offset = (uint)(Abi.SlotHeaderSize + request.PayloadOffset);
        slot->Cookie = _begun;
        return true;
    }

    /// <summary>Answers a request for which there is no host.</summary>
    public void Refuse(in HwsimMessage request) => batch.AddReport(request.Transmitter, []);

    /// <summary>Has hwsim forget a request that it aborted.</summary>
    public void Abort(in HwsimMessage request)
    {
        if (radios.TryFind(request.Transmitter, out var radio))
            radio.Measurement = null;
        batch.AddAbortedReport(request.Transmitter);
    }

    /// <summary>Reports what the host tells, if it was asked.</summary>
    /// <returns>False: the report does not lie in our pool, or is too long to be one.</returns>
    public bool TryReport(Radio radio, in RxDescriptor descriptor)
    {
        if (radio.Measurement != descriptor.Cookie)
            return true;
        radio.Measurement = null;
        bool isSound = descriptor.Length <= PmsrReport.MaxSize && (descriptor.Length == 0 || port.IsPooled(descriptor.Offset, descriptor.Length));
        batch.AddReport(radio.Transmitter, isSound
            ? new ReadOnlySpan<byte>(port.Region.Address + descriptor.Offset, (int)descriptor.Length)
            : []);
        return isSound;
    }

    /// <summary>The host has forgotten what it was asked.</summary>
    public void GiveUp()
    {
        foreach (var radio in radios.All)
        {
            if (radio?.Measurement is null)
                continue;
            radio.Measurement = null;
            if (batch.IsFull)
                _ = batch.Send();
            batch.AddReport(radio.Transmitter, []);
        }
    }
}
