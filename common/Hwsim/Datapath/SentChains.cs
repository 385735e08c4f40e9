using System.Runtime.InteropServices;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>The retry chains of frames that wait for their status, so that a status names no rate but those of its frame.</summary>
/// <remarks>
/// mac80211's rate control uses the index of a rate for its tables, and takes from the frame
/// what kind of index it is; hwsim hands on what it is told. So a host
/// that lies could have the guest's kernel write outside of them. Source: linux
/// net/mac80211/rc80211_minstrel_ht.c, minstrel_ht_tx_status. The twin of shmwifi_status.c.
/// </remarks>
internal sealed class SentChains
{
    private const int Length = 1024;
    private const int Stride = Length / Abi.MaxRadios; // cookies count from a radio's first frame: radios that are as old do not meet

    private readonly Entry[] _entries = new Entry[Length];

    /// <summary>Remembers a frame's chain, perhaps in the place of an older one's.</summary>
    /// <param name="radio">The port's number of who sends it.</param>
    /// <param name="cookie">hwsim's.</param>
    public void Add(ushort radio, ulong cookie, TxRates rates) => Find(radio, cookie) = new Entry(cookie, rates, radio);

    /// <summary>What may be said of a frame's attempts: as far as all rates are the frame's, nothing of a frame that is no longer known.</summary>
    public TxRates Check(ushort radio, ulong cookie, TxRates rates)
    {
        ref var entry = ref Find(radio, cookie);
        bool isKnown = entry.Cookie == cookie && entry.Radio == radio;
        int count = 0;
        while (isKnown && count < TxRates.MaxCount && rates.IndexAt(count) is var index and not TxRates.End && entry.Rates.Has(index))
            count++;
        return rates.First(count);
    }

    private ref Entry Find(ushort radio, ulong cookie) => ref _entries[(cookie + ((ulong)radio * Stride)) % Length];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Cookie, TxRates Rates, ushort Radio);
}
