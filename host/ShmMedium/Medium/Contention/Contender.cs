using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>What a station is doing.</summary>
internal enum ContenderState
{
    /// <summary>Contends, or has nothing to send.</summary>
    Contending,

    /// <summary>Sends.</summary>
    Sending,

    /// <summary>Sends in a SIFS.</summary>
    TurningAround,

    /// <summary>Waits for a CTS, an ACK or a BlockAck.</summary>
    AwaitingResponse,
}

/// <summary>The MAC of one radio: four EDCA functions and the beacons' queue, carrier sense, and the exchange that it is in.</summary>
internal sealed class Contender(LinkEndpoint model)
{
    /// <summary>Queues of a station: one for each <see cref="AccessCategory"/>.</summary>
    public const int QueueCount = (int)AccessCategory.Beacon + 1;

    /// <summary>The radio.</summary>
    public LinkEndpoint Endpoint { get; } = model;

    /// <summary>The radio's index.</summary>
    public int Index { get; } = model.Index;

    /// <summary>By access category.</summary>
    public EdcaQueue[] Queues { get; } = new EdcaQueue[QueueCount];

    /// <summary>Queues that have frames, a bit each: most radios have none at most times.</summary>
    public int Waiting;

    /// <summary>Queues whose backoff is not over, a bit each.</summary>
    public int BackingOff { get; private set; }

    /// <summary>Where its guest says that it listens: MHz, 0: nowhere; null: its guest does not say, so it may receive on any channel.</summary>
    public int? ListensMhz;

    /// <summary>Of the channels that its guest has tuned it for.</summary>
    public ChannelSpacing Spacing;

    /// <summary>The channel that it contends on: that of the frame it sent last or sends next, or where it listens; null: none yet.</summary>
    public ContentionChannel? Channel;

    /// <summary>That channel's centre; 0: none.</summary>
    public int FreqMhz;

    /// <summary>Whether it is on the channel that its guest has tuned it for, or that one is as wide.</summary>
    public bool HasItsSpacing => Channel is null || Channel.Spacing == Spacing;

    /// <summary>That channel's band.</summary>
    public Band Band;

    /// <summary>SIFS, slot and contention window there.</summary>
    public MacTiming Timing = MacTiming.Ofdm;

    /// <summary>It was asked to send more than DSSS and CCK on 2.4 GHz: an ERP station, with the short slot.</summary>
    public bool IsErp;

    /// <summary>It is an access point, as far as its beacons told when it came to have a frame to send.</summary>
    public bool IsAp;

    /// <summary>Until when they tell so.</summary>
    public long ApUntilNs;

    /// <summary>What it is doing.</summary>
    public ContenderState State;

    /// <summary>What it sends.</summary>
    public Ppdu? Sending;

    /// <summary>How many PPDUs its receiver follows: those on one channel, one at most, as long as its guest says where it listens.</summary>
    public int Follows;

    /// <summary>What it sends after a SIFS.</summary>
    public PendingResponse Pending;

    /// <summary>What it waits for.</summary>
    public PpduKind Expected;

    /// <summary>The queue whose head is being sent.</summary>
    public int Current;

    /// <summary>The transmissions that it sends in one PPDU, in the order of their queue: its head, and those that share its A-MPDU.</summary>
    public List<int> Mpdus { get; } = [];

    /// <summary>Of that PPDU.</summary>
    public int PsduOctets;

    /// <summary>Between the starts of two MPDUs in it, ns.</summary>
    public int MinSpacingNs;

    /// <summary>Of the ACK or BlockAck to it, FCS included.</summary>
    public int ResponseOctets;

    /// <summary>Carrier sense, or an own transmission.</summary>
    public bool IsBusy;

    /// <summary>AIFS and backoff run.</summary>
    public bool IsCounting;

    /// <summary>Since when they do.</summary>
    public long CountFromNs;

    /// <summary>Until when the medium is reserved by others.</summary>
    public long NavNs;

    /// <summary>Until when a frame that could not be received may be answered by others.</summary>
    public long EifsNs;

    /// <summary>When the first backoff ends.</summary>
    public long AccessNs;

    /// <summary>Queues whose backoff ends then, a bit each; the highest wins.</summary>
    public int Contenders;

    /// <summary>It is too late to notice that the medium became busy: the station will send at <see cref="AccessNs"/>.</summary>
    public bool IsCommitted;

    /// <summary>When its receiver last followed a PPDU.</summary>
    public long LockedNs;

    /// <summary>When the RTS ended that reserved the medium last.</summary>
    public long RtsNs;

    /// <summary>Sets what a queue's backoff has still to count.</summary>
    public void SetBackoff(int queue, int slots)
    {
        Queues[queue].Backoff = slots;
        BackingOff = slots == 0 ? BackingOff & ~(1 << queue) : BackingOff | (1 << queue);
    }
}

/// <summary>A CTS, an ACK, a BlockAck or a protected frame that is due.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct PendingResponse
{
    /// <summary>What; <see cref="PpduKind.Frame"/>: the head of the current queue.</summary>
    public PpduKind Kind;

    /// <summary>Rate.</summary>
    public PhyRate Rate;

    /// <summary>Of a response, FCS included.</summary>
    public int Octets;

    /// <summary>For which station.</summary>
    public int To;

    /// <summary>Address 1 of a response.</summary>
    public MacAddress Receiver;

    /// <summary>The address that it answers for.</summary>
    public MacAddress Transmitter;

    /// <summary>The Duration field.</summary>
    public long DurationNs;
}

/// <summary>The frames of one access category, and its backoff.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct EdcaQueue
{
    /// <summary>First and last of its transmissions; meaningless while there are none.</summary>
    public int Head, Tail;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>Slots that the backoff has still to count: <see cref="Contender.SetBackoff"/> sets it.</summary>
    public int Backoff;

    /// <summary>Attempts that failed since the window was <c>CWmin</c>.</summary>
    public int Failures;

    /// <summary>The latest frame contends by DCF.</summary>
    public bool UsesDcf;
}
