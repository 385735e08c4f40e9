using System.Runtime.InteropServices;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>The retry chains of frames that wait for their status, so that a status names no rate but those of its frame.</summary>
/// <remarks>
/// mac80211 uses the index of a rate for its tables, and takes what kind of index it is from the flags that the frame has in the same
/// place of its chain; hwsim hands on what it is told. So a host that lies could have the guest's kernel read, and rate control write,
/// outside of them. Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_tx_info_frame_received_nl;
/// net/mac80211/status.c, ieee80211_add_tx_radiotap_header; rc80211_minstrel_ht.c, minstrel_ht_tx_status. The twin of shmwifi_status.c.
/// </remarks>
internal sealed unsafe class SentChains
{
    /// <summary>Frames that are known at most.</summary>
    public const int Length = 1024;

    private const int Stride = Length / Abi.MaxRadios; // cookies count from a radio's first frame: radios that are as old do not meet

    private readonly Entry[] _entries = new Entry[Length];
    private readonly List<(int Index, ulong Cookie)> _ended = new(InjectionBatch.MaxMessages); // which hwsim has not been told yet

    /// <summary>Where the frames are written down for who comes after this process, <see cref="Length"/> of them; null: nowhere.</summary>
    public SentFrame* Kept { get; init; }

    /// <summary>Frames that are known to wait.</summary>
    public int Count { get; private set; }

    /// <summary>Remembers a frame's chain, perhaps in the place of an older one's.</summary>
    /// <param name="radio">Who sends it.</param>
    /// <param name="cookie">hwsim's.</param>
    public void Add(Radio radio, ulong cookie, TxRates rates)
    {
        ref var entry = ref Find(radio, cookie);
        if (entry.Radio == null)
            Count++;
        entry = new Entry(cookie, rates, radio);
        if (Kept is not null)
            Kept[IndexOf(radio, cookie)] = new SentFrame(cookie, rates, radio.Transmitter);
    }

    /// <summary>The frame has its status. What may be said of its attempts: as far as each rate is the frame's in the same place, nothing of
    /// a frame that is no longer known.</summary>
    public TxRates Take(Radio radio, ulong cookie, TxRates rates)
    {
        ref var entry = ref Find(radio, cookie);
        bool isKnown = entry.Cookie == cookie && entry.Radio == radio; // the radio itself: another may have its number, and count anew
        int count = 0;
        while (isKnown && count < TxRates.MaxCount && rates.IndexAt(count) is var index and not TxRates.End && entry.Rates.IndexAt(count) == index)
            count++;
        if (isKnown)
            Forget(ref entry);
        if (isKnown && Kept is not null)
            End(IndexOf(radio, cookie), cookie);
        return rates.First(count);
    }

    /// <summary>A frame that is written down has its status, as soon as that is sent.</summary>
    /// <param name="index">Where it is in <see cref="Kept"/>.</param>
    public void End(int index, ulong cookie) => _ended.Add((index, cookie));

    /// <summary>hwsim has the statuses of all frames that were taken out: who comes after this process need not answer them.</summary>
    public void Settle()
    {
        foreach ((int index, ulong cookie) in _ended)
        {
            if (Kept[index].Cookie == cookie)
                Kept[index] = default;
        }
        _ended.Clear();
    }

    /// <summary>Nothing waits any more.</summary>
    public void Clear()
    {
        if (Kept is not null)
            new Span<SentFrame>(Kept, Length).Clear();
        Array.Clear(_entries);
        Count = 0;
    }

    /// <summary>Nothing waits any more of radios that are gone.</summary>
    public void ForgetGone()
    {
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Radio is { IsGone: true })
                Forget(ref entry);
        }
    }

    private void Forget(ref Entry entry)
    {
        entry = default;
        Count--;
    }

    private ref Entry Find(Radio radio, ulong cookie) => ref _entries[IndexOf(radio, cookie)];

    private static int IndexOf(Radio radio, ulong cookie) => (int)((cookie + ((ulong)radio.Number * Stride)) % Length);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Cookie, TxRates Rates, Radio? Radio);
}
