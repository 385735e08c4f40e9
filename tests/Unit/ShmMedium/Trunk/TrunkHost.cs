using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Trunk;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>A daemon of medium 'lab1', and stations on it.</summary>
internal static class TrunkHost
{
    /// <summary>Starts one.</summary>
    /// <remarks>What a busy machine delays is not stale here: its code is compiled meanwhile.</remarks>
    public static TestDaemon Start(NatsServer server, string name, int firstVm, string? second = null, string more = "", string access = "",
        string grace = "2s") => new($$"""
        vms: [{name: {{name}}, socket: {{name}}.sock}{{(second is null ? "" : $", {{name: {second}, socket: {second}.sock}}")}}]
        trunk: {medium: lab1, host: {{name}}, url: "{{server.Url}}", firstVm: {{firstVm}}, grace: {{grace}}, staleAfter: 5s{{access}}}
        {{more}}
        """);

    public static SimulatedGuest Station(TestDaemon daemon, string vm, int number)
    {
        var guest = daemon.Connect(vm);
        guest.Hello();
        guest.AddRadio(0, Address(number));
        guest.Tune(0, 2412);
        guest.Drain();
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Any(r => r.Port.Name == vm && r.ChannelMhz == 2412), $"{vm}'s radio");
        return guest;
    }

    public static bool SeesRadio(TestDaemon daemon, int number) =>
        daemon.Daemon.Engine.Radios.Radios.Any(r => r.Port.IsRemote) && IsOn(daemon, number, 2412);

    public static bool IsOn(TestDaemon daemon, int number, uint freqMhz) =>
        daemon.Daemon.Engine.Radios.Radios.Any(r => r.Owns(Address(number)) && r.ChannelMhz == freqMhz);

    public static TrunkHostStatus OtherOf(TestDaemon daemon) => daemon.Daemon.Snapshots.Take().Trunk!.Hosts.Single();

    public static Received Frame(SimulatedGuest guest) => Next(guest, RingKind.Frame);

    public static RxDescriptor Status(SimulatedGuest guest) => Next(guest, RingKind.TxStatus).Descriptor;

    public static Received Next(SimulatedGuest guest, RingKind kind)
    {
        while (true)
        {
            var received = guest.Receive();
            if (received.Descriptor.Kind == kind)
                return received;
        }
    }

    public static List<(bool IsAcked, ulong Rates)> Fates(SimulatedGuest from, SimulatedGuest to, int count)
    {
        List<(bool, ulong)> fates = [];
        for (int i = 0; i < count; i++)
        {
            from.SendFrame(0, Data(Address(2), Address(1), (byte)i));
            var status = Status(from);
            fates.Add(((status.Flags & TxFlags.Acked) != TxFlags.None, status.Rates));
            to.Drain();
        }
        return fates;
    }
}
