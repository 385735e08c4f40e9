using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>Frames whose status the host owes, and their end without it: not acknowledged.</summary>
/// <remarks>
/// mac80211 sends nothing more while too many are open. They are read where they were written, in the memory of the TX ring: a host may have
/// taken them and given their slots back. hwsim refuses a status of a frame that had one; so it does the host's, should that come after all.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_tx_info_frame_received_nl. The twin of shmwifi_status.c.
/// </remarks>
internal sealed unsafe class OpenFrames(
    GuestPort port, TxSlots slots, RadioTable radios, InjectionBatch batch, SentChains chains, PeerMeasurements measurements)
{
    private uint _next = port.Tx.Tail; // the slots before it are dealt with, or were another service's

    /// <summary>Whether there are any.</summary>
    public bool IsAny => chains.Count > 0;

    /// <summary>Ends them all.</summary>
    public void GiveUp()
    {
        GiveUpBefore(port.Tx.Tail);
        chains.Clear();
    }

    /// <summary>Another engine serves us: ends those that it knows nothing of.</summary>
    /// <param name="cookie">The index of the first slot that it takes, 32 bits.</param>
    /// <returns>False: no slot of this ring can be that.</returns>
    public bool TryGiveUpBefore(ulong cookie)
    {
        uint index = (uint)cookie;
        if (!port.Tx.RefreshHead() || port.Tx.Tail - index >= port.Tx.InUse + port.Tx.Length)
            return false;
        GiveUpBefore(index);
        return true;
    }

    /// <summary>Drops those of radios that are gone: nobody will say more of them.</summary>
    public void ForgetGone() => chains.ForgetGone();

    private void GiveUpBefore(uint index)
    {
        measurements.GiveUp();
        uint length = port.Tx.Length;
        if (slots.Next - _next > length)
            _next = slots.Next - length; // what was there has been overwritten
        if (slots.Next - index >= slots.Next - _next)
            return;
        for (; _next != index; _next++)
            GiveUpSlot(port.TxSlot(_next));
    }

    private void GiveUpSlot(TxSlotHeader* slot)
    {
        var header = *slot;
        if (header.Kind != RingKind.Frame || !WantsStatus(slot, in header) || radios.Find(header.Radio) is not { } radio)
            return;
        if (batch.IsFull)
            _ = batch.Send();
        var asked = chains.Take(radio, header.Cookie, TxRates.Read(new ReadOnlySpan<byte>(header.Rates, TxRates.Size)));
        batch.AddStatus(radio.Transmitter, header.Cookie, (TxFlags)header.Flags & ~TxFlags.Acked, asked, signalDbm: 0);
    }

    private static bool WantsStatus(TxSlotHeader* slot, in TxSlotHeader header) =>
        ((TxFlags)header.Flags & TxFlags.NoAck) == TxFlags.None
        && header.Offset <= Abi.SlotSize - FrameView.MinLength
        && (((byte*)slot)[header.Offset + FrameView.Addr1Offset] & 1) == 0;
}
