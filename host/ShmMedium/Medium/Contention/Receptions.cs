using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>How stations receive one PPDU: close together for those that it reaches, however many others there are.</summary>
/// <remarks>A sparse set: emptied at once, and never cleared. Source: Briggs and Torczon, An Efficient Representation for Sparse Sets, ACM LOPLAS 2,
/// 1993.</remarks>
/// <param name="stations">All indices are below.</param>
internal sealed class Receptions(int stations)
{
    private PpduReception[] _items = new PpduReception[stations];
    private int[] _places = new int[stations]; // by station; true where the item there is that station's
    private int _count;

    /// <summary>Of all stations that were asked for, in the order of asking.</summary>
    public Span<PpduReception> All => _items.AsSpan(0, _count);

    /// <summary>Makes room for more stations.</summary>
    public void Grow(int stations)
    {
        Array.Resize(ref _items, stations);
        Array.Resize(ref _places, stations);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _count = 0;

    /// <summary>Whether a station was asked for.</summary>
    public bool Has(int station)
    {
        int place = _places[station];
        return place < _count && _items[place].Station == station;
    }

    /// <summary>How a station receives it; at first nothing is known of that.</summary>
    public ref PpduReception Of(int station)
    {
        if (!Has(station))
            Add(station);
        return ref _items[_places[station]];
    }

    /// <summary>Forgets how a station receives it.</summary>
    public void Forget(int station)
    {
        if (Has(station))
            _items[_places[station]] = new PpduReception { Station = station };
    }

    /// <summary>Adds a station that was not asked for.</summary>
    public ref PpduReception Add(int station)
    {
        _places[station] = _count;
        ref var item = ref _items[_count++];
        item = new PpduReception { Station = station };
        return ref item;
    }
}

/// <summary>How one station receives one PPDU.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct PpduReception
{
    /// <summary>The station's index.</summary>
    public int Station;

    /// <summary>Whether the powers below are known.</summary>
    public bool IsKnown;

    /// <summary>The station's receiver follows this PPDU.</summary>
    public bool IsLocked;

    /// <summary>It is over, and the station received it, or some of its MPDUs.</summary>
    public bool IsReceived;

    /// <summary>Its preamble makes the station's medium busy.</summary>
    public bool IsSensed;

    /// <summary>Who the station is to the frame.</summary>
    public Interest Interest;

    /// <summary>A-MPDU: the place of what it is to the first MPDU in <see cref="Ppdu.MpduReceptions"/>.</summary>
    public int FirstMpdu;

    /// <summary>As the link has it, dBm.</summary>
    public float SignalDbm;

    /// <summary>The same in mW.</summary>
    public float SignalMw;

    /// <summary>Noise in 20 MHz, mW.</summary>
    public float NoiseMw;

    /// <summary>Probability that the link loses it, whatever the signal; 0 where none is given.</summary>
    public float Loss;

    /// <summary>PER of the payload where nothing disturbs it, once the receiver follows.</summary>
    public float CleanPer;

    /// <summary>What else is in the PPDU's spectrum now, mW.</summary>
    public float InterferenceMw;

    /// <summary>Something else was in its way: stronger than the noise, followed in its place, or what the station itself sent.</summary>
    public bool IsDisturbed;

    /// <summary>Since when <see cref="InterferenceMw"/> is so.</summary>
    public long SinceNs;

    /// <summary>Probability that all until then was received; of an A-MPDU that the station wants, that its header was.</summary>
    public float Success;
}
