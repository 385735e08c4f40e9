using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports;

/// <summary>More VMs at a time than one region has ports for: each has a region of its own.</summary>
public sealed class ManyVmsTests
{
    private const int Vms = 300; // more than Abi.MaxPorts, 120

    [Test]
    public void AllGetAllBroadcastsAndAnswerTheirNeighbours()
    {
        using var daemon = new TestDaemon(Isolation.PerVm, $"{{ ports: {Vms}, txSlots: 16, rxDescriptors: 32, poolSlots: 32 }}");
        SimulatedGuest[] vms = [.. Enumerable.Range(0, Vms).Select(i => daemon.Attach(Address(i + 1)))];
        Assert.That(daemon.Daemon.Engine.Radios.Radios, Has.Length.EqualTo(Vms));

        for (uint number = 0; number < 5; number++)
            vms[0].SendFrame(0, Numbered(MacAddress.Broadcast, Address(1), number, 100));
        foreach (var vm in vms[1..])
            Assert.That(Enumerable.Range(0, 5).Select(_ => NumberOf(vm.Receive().Payload)), Is.EqualTo(new uint?[] { 0, 1, 2, 3, 4 }));
        foreach (var vm in vms)
            _ = vm.Drain(); // the statuses of the broadcasts

        for (int i = 0; i < Vms; i++)
        {
            int next = (i + 1) % Vms;
            byte[] frame = Data(Address(next + 1), Address(i + 1), (byte)i);
            vms[i].SendFrame(0, frame);
            Assert.That(vms[next].Receive().Payload, Is.EqualTo(frame));
            Assert.That(vms[i].Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        }

        foreach (var vm in vms[1..])
            vm.Dispose();
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Length == 1, "that they are gone");
        daemon.AssertEngineAnswers();
    }
}
