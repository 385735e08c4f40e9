using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>The agreements of which one radio is the originator.</summary>
/// <remarks>Only what that radio sends makes entries here, so that a guest that asks for thousands loses but its own.</remarks>
internal sealed class BlockAckAgreements
{
    /// <summary>Agreements at most: one more, and all are forgotten.</summary>
    public const int Limit = 1024;

    /// <summary>Those of them at most that the next engine finds.</summary>
    public const int MaxKept = 256;

    private const int Tids = 8; // of user priorities: mac80211 has no other
    private const int AnyTid = Tids; // known from encrypted frames, which do not tell which
    private const int FirstVoiceTid = 6; // mac80211 asks for no agreement for AC_VO: linux net/mac80211/rc80211_minstrel_ht.c, minstrel_aggr_check()
    private const int UsualBufferSize = 64;

    private readonly Dictionary<Key, BlockAckAgreement> _agreements = [];
    private AgreementLedger? _ledger;
    private ulong _radio;

    /// <summary>Goes on with those that the radio had under the engine before, and has the next one find them.</summary>
    /// <param name="radio">Of <see cref="AgreementLedger.RadioOf(int, int)"/>.</param>
    public void KeepIn(AgreementLedger ledger, ulong radio)
    {
        (_ledger, _radio) = (ledger, radio);
        foreach (var (originator, recipient, tid, agreement) in ledger.LeftOf(radio))
        {
            agreement.Kept = ledger.Claim(radio, originator, recipient, tid);
            _agreements[new Key(originator, recipient, tid)] = agreement;
        }
    }

    /// <summary>The agreement that QoS data is sent under; null: none.</summary>
    /// <param name="originator">Its transmitter address.</param>
    /// <param name="recipient">Its receiver address.</param>
    public BlockAckAgreement? Of(MacAddress originator, MacAddress recipient, int tid)
    {
        if (_agreements.Count == 0)
            return null;
        if (_agreements.GetValueOrDefault(new Key(originator, recipient, tid)) is { BufferSize: > 0 } agreed)
            return agreed;
        return tid < FirstVoiceTid && _agreements.GetValueOrDefault(new Key(originator, recipient, AnyTid)) is { BufferSize: > 0 } inferred
            ? inferred
            : null;
    }

    /// <summary>The recipient has a request.</summary>
    /// <param name="tid">Null: the request was encrypted.</param>
    public void Ask(MacAddress originator, MacAddress recipient, int? tid)
    {
        if (tid >= Tids)
            return;
        if (_agreements.Count >= Limit)
            Clear();
        var key = new Key(originator, recipient, tid ?? AnyTid);
        if (_agreements.ContainsKey(key))
            return;
        int kept = _agreements.Count < MaxKept && _ledger is not null ? _ledger.Claim(_radio, originator, recipient, key.Tid) : 0;
        _agreements.Add(key, new BlockAckAgreement { Kept = kept });
    }

    /// <summary>The originator has the answer to its request; without one it means nothing.</summary>
    /// <param name="bufferSize">0: not told.</param>
    /// <param name="capabilities">The recipient's.</param>
    public void Agree(MacAddress originator, MacAddress recipient, int? tid, int bufferSize, AmpduCapabilities capabilities)
    {
        if (_agreements.GetValueOrDefault(new Key(originator, recipient, tid ?? AnyTid)) is { } asked)
            Change(asked, bufferSize == 0 ? UsualBufferSize : bufferSize, capabilities);
    }

    /// <summary>An agreement is over.</summary>
    /// <param name="tid">Null: which one is not known, so all are.</param>
    public void End(MacAddress originator, MacAddress recipient, int? tid)
    {
        for (int each = tid ?? 0; each <= (tid ?? AnyTid); each++)
        {
            if (_agreements.GetValueOrDefault(new Key(originator, recipient, each)) is { } agreement)
                Change(agreement, bufferSize: 0, agreement.Recipient);
        }
    }

    /// <summary>All are over, and forgotten.</summary>
    public void Clear()
    {
        foreach (var agreement in _agreements.Values)
        {
            agreement.BufferSize = 0;
            _ledger?.Release(agreement.Kept);
        }
        _agreements.Clear();
    }

    private void Change(BlockAckAgreement agreement, int bufferSize, in AmpduCapabilities recipient)
    {
        (agreement.BufferSize, agreement.Recipient) = (bufferSize, recipient);
        _ledger?.Write(agreement.Kept, agreement);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Key(MacAddress Originator, MacAddress Recipient, int Tid);
}
