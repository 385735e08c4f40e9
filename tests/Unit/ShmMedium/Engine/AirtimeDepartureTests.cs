using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Radios that go while the medium has outcomes of theirs that were not told yet.</summary>
public sealed class AirtimeDepartureTests
{
    private const int Sender = 0, Other = 1, Receiver = 2; // in the order in which the engine serves them

    /// <summary>The other's frame has the medium's time pass: the receiver's ACK comes in it. Then, in the same round, the receiver goes.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void AReceiverGoesAfterItsAckAndBeforeItsSenderIsTold(bool comesBack)
    {
        using var harness = new EngineHarness(ports: 3, new MediumConfiguration { Timing = Timing.Airtime });
        var address = EngineHarness.AddressOf(Receiver);
        Deadline.Until(() => IsWaiting(harness, address), "a round that ends before the frame does");
        Thread.Sleep(20); // it is received and acknowledged by now, and nobody looked

        harness.Guests[Other].SendFrame(0, Data(MacAddress.Broadcast, EngineHarness.AddressOf(Other)), TxFlags.NoAck);
        harness.Guests[Receiver].RemoveRadio(0);
        if (comesBack)
            harness.Guests[Receiver].AddRadio(0, address);
        harness.Relay();
        Thread.Sleep(20);
        harness.Relay();

        Received status;
        while (harness.Guests[Sender].TryReceive(out status) && status.Descriptor.Kind != RingKind.TxStatus)
        {
        }
        Assert.That((status.Descriptor.Kind, status.Descriptor.Flags), Is.EqualTo((RingKind.TxStatus, TxFlags.RequestStatus)), "nobody got it");
        Assert.That(harness.Guests[Receiver].TryReceive(out _), Is.False);
    }

    /// <summary>Whether a frame that is sent is still on the medium after the engine's round: on a busy machine it may be over.</summary>
    private static bool IsWaiting(EngineHarness harness, MacAddress receiver)
    {
        for (int i = 0; i < 100; i++)
            _ = harness.Engine.RunRound(); // who owes work has paid, so that all are served in the round that counts
        harness.Guests[Sender].SendFrame(0, Data(receiver, EngineHarness.AddressOf(Sender), new byte[2000])); // 3 ms
        harness.Relay();
        if (!harness.Guests[Receiver].TryReceive(out _))
            return true;
        Thread.Sleep(20);
        harness.Relay(); // the status
        while (harness.Guests[Sender].TryReceive(out _))
        {
        }
        return false;
    }
}
