using System.Globalization;
using Microsoft.Extensions.Logging;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Ports.Ivshmem;
using ShmWifi.ShmMedium.Ports.VhostUser;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.ShmMedium.Logging;

#pragma warning disable SYSLIB1015 // 'vm' is in no sentence: it is a value of its own, which sinks write before the sentence, or as a field

/// <remarks>
/// The table of events: 1xx VMs, 2xx radios, 3xx VMs that connect, 4xx virtual time, 9xx the daemon and its log.
/// Number and name of an event stay what they are; docs/monitoring.md lists
/// them.
/// </remarks>
internal sealed partial class MediumLog : IMediumLog, IServerLog, IVhostUserLog, ICalendarLog
{
    /// <summary>A sink was too slow for events.</summary>
    internal static readonly EventId EventsLost = new(901, "events-lost");

    /// <summary>A sink was too slow for frames.</summary>
    internal static readonly EventId FramesLost = new(902, "frames-lost");

    /// <inheritdoc/>
    public void PortAttached(Port port)
    {
        if (MayWrite(port))
            VmAttached(port.Name, port.Id, port.Offer.PeerId, ProcessOf(port));
    }

    /// <inheritdoc/>
    public void PortResumed(Port port) => VmResumed(port.Name, port.Id, port.Offer.PeerId, ProcessOf(port));

    /// <inheritdoc/>
    public void PortDetached(Port port)
    {
        if (MayWrite(port))
            VmDetached(port.Name);
    }

    /// <inheritdoc/>
    public void PortFaulted(Port port, PortFault fault)
    {
        if (!MayWrite(port))
            return;
        if (fault == PortFault.AbiVersion)
            VmFaulted(port.Name, $"speaks ABI {Abi.FormatVersion(port.Rings.GuestAbiVersion)}, this daemon {Abi.FormatVersion(Abi.Version)}",
                fault, "install shm-injector and kernel module of this version there, then restart the VM");
        else
            VmFaulted(port.Name, fault == PortFault.HostFailure ? "could not be served" : "broke the rules of the ring", fault, "restart the VM");
    }

    /// <inheritdoc/>
    public void GuestReady(Port port)
    {
        if (port.Offer.Kind != PortKind.VhostUser && MayWrite(port)) // there, no service of ours is in the guest
            GuestReady(port.Name, Abi.FormatVersion(port.Rings.GuestAbiVersion));
    }

    /// <inheritdoc/>
    public void RadioAdded(Radio radio)
    {
        if (MayWrite(radio.Port))
            RadioAdded(radio.Port.Name, radio.Name, radio.Identity.ToString());
    }

    /// <inheritdoc/>
    public void RadioGone(Radio radio)
    {
        if (MayWrite(radio.Port))
            RadioGone(radio.Port.Name, radio.Name);
    }

    /// <inheritdoc/>
    public void RadioRefused(Port port, string radio)
    {
        if (MayWrite(port))
            RadioRefused(port.Name, radio, port.Offer.MaxRadios, RadioRegistry.MaxRadiosEver);
    }

    /// <inheritdoc/>
    public void AddressRefused(Radio radio, MacAddress address, AddressClaim claim)
    {
        if (!MayWrite(radio.Port))
            return;
        string reason = claim switch
        {
            AddressClaim.Waits => "another VM has it; it gets it when that one gives it up, or at once with 'spoofing: allowed'",
            AddressClaim.TooMany => $"a radio may have {Radio.MaxAddresses}",
            _ => "its VM may not have it: see 'addresses' and 'spoofing' in the configuration",
        };
        AddressRefused(radio.Port.Name, radio.Name, address.ToString(), reason);
    }

    /// <inheritdoc/>
    public void TransmitterRefused(Radio radio, MacAddress transmitter)
    {
        if (MayWrite(radio.Port))
            TransmitterRefused(radio.Port.Name, radio.Name, transmitter.ToString());
    }

    /// <inheritdoc/>
    public void PortFailed(Port port, Exception exception)
    {
        if (MayWrite(port))
            PortFailed(port.Name, exception.ToString());
    }

    /// <inheritdoc/>
    public void AirtimeFailed(Exception exception) => AirtimeFailed(exception.ToString());

    /// <inheritdoc/>
    public void VmRefused(LogAllowance allowance, string name, int pid, string reason)
    {
        if (MayWrite(allowance, name))
            VmRefused(vm: name, pid, reason);
    }

    /// <inheritdoc/>
    public void VmLost(string name, int pid) => VmIsLost(vm: name, pid);

    /// <inheritdoc/>
    public void HandshakeFailed(LogAllowance allowance, string socket, int pid, string reason)
    {
        if (MayWrite(allowance, vm: null))
            HandshakeFailed(socket, pid, reason);
    }

    /// <inheritdoc/>
    public void AttachesHeld(LogAllowance allowance, string socket, string reason)
    {
        if (MayWrite(allowance, vm: null))
            AttachesHeld(socket, reason);
    }

    /// <inheritdoc/>
    public void FrontEndRefused(LogAllowance allowance, string vm, int pid, string reason)
    {
        if (MayWrite(allowance, vm))
            FrontEndIsRefused(vm, pid, reason);
    }

    /// <inheritdoc/>
    public void FrontEndBroke(LogAllowance allowance, string vm, int pid, string reason)
    {
        if (MayWrite(allowance, vm))
            FrontEndIsBroken(vm, pid, reason);
    }

    private static string ProcessOf(Port port) =>
        port.Offer.Pid == 0 ? "" : $", {(port.Offer.Kind == PortKind.VhostUser ? "front end" : "QEMU")} pid {port.Offer.Pid}";

    private bool MayWrite(Port port) => MayWrite(port.Offer.Log, port.Name);

    /// <summary>Whether a line that a VM causes may be written; the first one too many says so.</summary>
    private bool MayWrite(LogAllowance allowance, string? vm)
    {
        bool mayWrite = allowance.TryTake(MonotonicClock.NowNs, out bool isFirstRefusal);
        if (isFirstRefusal)
            EventsUnlogged(vm);
        return mayWrite;
    }

    [LoggerMessage(101, LogLevel.Information, "attached: port {Port}, peer {Peer}{Process}", EventName = "vm-attached")]
    private partial void VmAttached(string vm, int port, uint peer, string process);

    [LoggerMessage(102, LogLevel.Information, "gone", EventName = "vm-detached")]
    private partial void VmDetached(string vm);

    [LoggerMessage(103, LogLevel.Warning, "{Reason} ({Fault}) and is served no more; {Remedy}", EventName = "vm-faulted")]
    private partial void VmFaulted(string vm, string reason, PortFault fault, string remedy);

    [LoggerMessage(104, LogLevel.Information, "its service speaks ABI {Version}", EventName = "guest-ready")]
    private partial void GuestReady(string vm, string version);

    [LoggerMessage(106, LogLevel.Information, "served on by this engine: port {Port}, peer {Peer}{Process}", EventName = "vm-resumed")]
    private partial void VmResumed(string vm, int port, uint peer, string process);

    [LoggerMessage(201, LogLevel.Information, "radio {Radio} ({Address}) is on the medium", EventName = "radio-added")]
    private partial void RadioAdded(string vm, string radio, string address);

    [LoggerMessage(202, LogLevel.Information, "radio {Radio} left the medium", EventName = "radio-gone")]
    private partial void RadioGone(string vm, string radio);

    [LoggerMessage(203, LogLevel.Warning, "comes, goes or announces radios too often; what happens at its socket is not logged for now",
        EventName = "announcements-unlogged")]
    private partial void EventsUnlogged(string? vm);

    [LoggerMessage(105, LogLevel.Warning, "the daemon failed while it served this VM, and serves it no more; please report: {Exception}",
        EventName = "vm-failed")]
    private partial void PortFailed(string vm, string exception);

    [LoggerMessage(204, LogLevel.Warning, "radio {Radio} does not get {Address}: {Reason}", EventName = "address-refused")]
    private partial void AddressRefused(string vm, string radio, string address, string reason);

    [LoggerMessage(205, LogLevel.Warning,
        "radio {Radio} sends as {Address}, which its VM may not: such frames are dropped; with 'spoofing: allowed' they are sent",
        EventName = "transmitter-refused")]
    private partial void TransmitterRefused(string vm, string radio, string address);

    /// <summary>A VM is on the medium, but not with radios by which the medium names it.</summary>
    [LoggerMessage(206, LogLevel.Warning, "no radio of it is called {Names}, so what the medium says of that is of nobody; it has {Radios}",
        EventName = "radio-absent")]
    public partial void RadioAbsent(string vm, string names, string radios);

    [LoggerMessage(207, LogLevel.Warning,
        "radio {Radio} is not on the medium, nor what it sends: its VM may have {Most} at a time ('radios' in the configuration), and {Ever} in all",
        EventName = "radio-refused")]
    private partial void RadioRefused(string vm, string radio, int most, int ever);

    [LoggerMessage(904, LogLevel.Warning, "the medium of timing: airtime failed and begins anew; please report: {Exception}",
        EventName = "airtime-failed")]
    private partial void AirtimeFailed(string exception);

    /// <inheritdoc/>
    [LoggerMessage(905, LogLevel.Warning, "{Reason}", EventName = "medium-not-resumed")]
    public partial void MediumNotResumed(string reason);

    /// <summary>An engine died, and what happened to it last is in a file.</summary>
    [LoggerMessage(906, LogLevel.Information, "what happened last to engine {Engine} is in {File}", EventName = "last-events")]
    public partial void LastEventsSaved(int engine, string? file);

    [LoggerMessage(301, LogLevel.Warning, "QEMU pid {Pid} gets no medium: {Reason}", EventName = "vm-refused")]
    private partial void VmRefused(string vm, int pid, string reason);

    [LoggerMessage(305, LogLevel.Warning, "QEMU pid {Pid}: cannot be served on: the configuration has no socket for it any more, or not all of it "
        + "was kept; restart the VM", EventName = "vm-lost")]
    private partial void VmIsLost(string vm, int pid);

    [LoggerMessage(302, LogLevel.Warning, "{Socket}, QEMU pid {Pid}: {Reason}", EventName = "handshake-failed")]
    private partial void HandshakeFailed(string socket, int pid, string reason);

    /// <inheritdoc/>
    [LoggerMessage(303, LogLevel.Warning, "{Socket}: VMs that connect wait, since {Reason}; raise the daemon's limits (ulimit -n, LimitNOFILE)",
        EventName = "accept-failed")]
    public partial void AcceptFailed(string socket, string reason);

    [LoggerMessage(304, LogLevel.Warning, "{Socket}: VMs that connect wait: {Reason}", EventName = "attaches-held")]
    private partial void AttachesHeld(string socket, string reason);

    [LoggerMessage(306, LogLevel.Warning, "front end pid {Pid} gets no medium: {Reason}", EventName = "front-end-refused")]
    private partial void FrontEndIsRefused(string vm, int pid, string reason);

    [LoggerMessage(307, LogLevel.Warning, "front end pid {Pid} and its guest are served no more: {Reason}; restart the VM",
        EventName = "front-end-broken")]
    private partial void FrontEndIsBroken(string vm, int pid, string reason);

    /// <inheritdoc/>
    public void TimeHasStopped(long nowNs) => TimeHasStopped(SecondsOf(nowNs));

    /// <inheritdoc/>
    public void TimeDoesNotPass(long nowNs) => TimeDoesNotPass(SecondsOf(nowNs));

    private static string SecondsOf(long ns) => (ns / 1e9).ToString("0.000000000", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    [LoggerMessage(401, LogLevel.Information, "virtual time begins: {Participants} clocks are the calendar's", EventName = "time-began")]
    public partial void TimeBegan(int participants);

    /// <inheritdoc/>
    [LoggerMessage(402, LogLevel.Warning, "pid {Pid} leaves the calendar: {Reason}; restart it", EventName = "participant-broken")]
    public partial void ParticipantBroke(int pid, string reason);

    [LoggerMessage(403, LogLevel.Warning, "virtual time stands at {Seconds} s: nobody asks for a time to run at", EventName = "time-stopped")]
    private partial void TimeHasStopped(string seconds);

    [LoggerMessage(404, LogLevel.Warning,
        "virtual time does not get beyond {Seconds} s: guests go on sending at that time; TCP needs 'timing: airtime'",
        EventName = "time-does-not-pass")]
    private partial void TimeDoesNotPass(string seconds);

    /// <summary>Something was lost or refused.</summary>
    [LoggerMessage(900, LogLevel.Warning, "{Message}", EventName = "warning")]
    public partial void Warn(string message);

    /// <summary>A client used a name that goes with the next version.</summary>
    [LoggerMessage(903, LogLevel.Warning, "{OldName} is {NewName} now; the old name goes with the next version", EventName = "old-name")]
    public partial void OldNameUsed(string oldName, string newName);

    /// <summary>Browsers are served.</summary>
    [LoggerMessage(907, LogLevel.Information, "the map is at {Address}; other machines, if it listens to them, show the token of {TokenFile}",
        EventName = "page-served")]
    public partial void PageServed(string address, string tokenFile);
}
