using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>What a medium says of a frame: who receives it, and when it is over, what its sender is told.</summary>
/// <remarks>One object serves all frames, so that none is allocated. A frame of <c>timing: airtime</c> has an outcome for each attempt.</remarks>
internal sealed class Outcome
{
    private Reception[] _receptions = new Reception[64];
    private int _count;

    /// <summary>Who receives the frame alike, its sender aside, besides <see cref="Receptions"/>; null: nobody.</summary>
    public RadioList? All { get; private set; }

    /// <summary>Strength at all of <see cref="All"/>, dBm.</summary>
    public sbyte AllSignalDbm { get; private set; }

    /// <summary><see cref="Reception.RateIndex"/> at all of them.</summary>
    public byte AllRateIndex { get; private set; }

    /// <summary>In the order of the attempts.</summary>
    public ReadOnlySpan<Reception> Receptions => _receptions.AsSpan(0, _count);

    /// <summary>How many receive it, at most.</summary>
    public int Receivers => _count + (All?.Count ?? 0);

    /// <summary>The frame's attempts are over: its sender is to be told, and taps are to see it.</summary>
    public bool IsOver { get; set; }

    /// <summary>How often it was sent; 0: there was no room for it, and taps see nothing of it.</summary>
    public int Attempts { get; set; }

    /// <summary>Those of them that a radio lost to something else on the medium.</summary>
    public int Collisions { get; set; }

    /// <summary>Who acknowledged it, where that is not one of <see cref="Receptions"/>; null: nobody did.</summary>
    public Acknowledger? Acknowledger { get; set; }

    /// <summary>Who acknowledged it on the medium had no room for it.</summary>
    public bool HasNoRoom { get; set; }

    /// <summary>Set by delivery, of a frame that wants an ACK: who got the last of <see cref="Receptions"/>; null: it had no room.</summary>
    public Acknowledger? Delivered { get; set; }

    /// <summary>Signal of the acknowledgement at the sender, dBm.</summary>
    public sbyte AckSignalDbm { get; set; }

    /// <summary>What taps are told of the attempts: the one that a radio received.</summary>
    public BestReception Best { get; set; }

    /// <summary>The attempt that taps are told of as it was on the medium; null: the frame took no time, or was never sent itself.</summary>
    public SentMpdu? Mpdu { get; set; }

    /// <summary>Taps that want PPDUs have seen the frame in each that it was in.</summary>
    public bool WasShown { get; set; }

    /// <summary>It is of no single frame: this PPDU is over, of which taps may want to know.</summary>
    public Ppdu? Sent { get; set; }

    /// <summary>Forgets the frame before.</summary>
    public void Clear()
    {
        _count = 0;
        All = null;
        IsOver = false;
        Attempts = 1;
        Collisions = 0;
        Acknowledger = Delivered = null;
        HasNoRoom = false;
        AckSignalDbm = 0;
        Best = default;
        Mpdu = null;
        WasShown = false;
        Sent = null;
    }

    /// <summary>Adds a reception.</summary>
    /// <returns>To be filled: it has what it had when another frame used it.</returns>
    public ref Reception Add()
    {
        if (_count == _receptions.Length)
            Array.Resize(ref _receptions, 2 * _count);
        return ref _receptions[_count++];
    }

    /// <summary>All radios but one receive the frame alike: nothing is written for each.</summary>
    public void AddAll(RadioList receivers, sbyte signalDbm, byte rateIndex)
    {
        All = receivers;
        AllSignalDbm = signalDbm;
        AllRateIndex = rateIndex;
    }
}
