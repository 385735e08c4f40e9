using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Sockets;

/// <summary>A daemon that may open few files.</summary>
public sealed class DescriptorBudgetTests
{
    private const int Limit = 320;
    private const string Complaint = "VMs that connect wait";

    [TestCase(1024, 1, 0, ExpectedResult = 127)]
    [TestCase(1024, 1, 10, ExpectedResult = 70)]
    [TestCase(16384, 1, 0, ExpectedResult = 3967)]
    [TestCase(Limit, 1, 0, ExpectedResult = 7)]
    [TestCase(256, 1, 0, ExpectedResult = 0)]
    public int VmsGetWhatTheDaemonAndItsClientsLeave(int limit, int sockets, int frontEnds) =>
        DescriptorBudget.ConnectionsUnder(limit, sockets, frontEnds);

    /// <summary>The runtime would end a process in which it can make no pipe for a thread.</summary>
    [Test]
    public void AsManyVmsAndClientsAsThereAreLeaveTheDaemonAlive()
    {
        using var medium = MediumProcess.Start();
        LimitDescriptors(medium, Limit);
        List<SimulatedGuest> vms = [];
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < DescriptorBudget.ConnectionsUnder(Limit, sockets: 1, frontEnds: 0); i++)
                vms.Add(SimulatedGuest.Connect(medium.Socket));
            Assert.That(medium.Error, Does.Not.Contain(Complaint));
            var waiting = Task.Run(() => SimulatedGuest.Connect(medium.Socket));
            Deadline.Until(() => medium.Error.Contains(Complaint), "the complaint");
            for (int i = 0; i < 2 * DescriptorBudget.ClientsUnder(Limit); i++)
                clients.Add(Ask(medium.ControlSocket));
            Assert.That(clients[0].Receive(new byte[1]), Is.EqualTo(1), "the API has started, and answers");
            using var process = Process.GetProcessById(medium.Id);
            var before = process.TotalProcessorTime;
            Thread.Sleep(5000); // timers, and the threads that they need
            process.Refresh();
            Assert.That(process.TotalProcessorTime - before, Is.LessThan(TimeSpan.FromMilliseconds(1000)), "it waits, and does not spin");
            Assert.That(medium.Error.Split(Complaint), Has.Length.EqualTo(2), "said once");
            Assert.That(waiting.IsCompleted, Is.False);
            Assert.That(medium.Descriptors, Has.Count.LessThan(Limit));

            LimitDescriptors(medium, 1024);
            using var vm = waiting.Result;
            Assert.That(vm.IsRefused, Is.False);
            Assert.That(medium.HasExited, Is.False, medium.Error);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
            vms.ForEach(v => v.Dispose());
        }
    }

    /// <summary>A client that has asked and does not read.</summary>
    private static Socket Ask(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        _ = socket.Send(Encoding.ASCII.GetBytes("GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        return socket;
    }

    private static void LimitDescriptors(MediumProcess medium, int limit)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{medium.Id}", $"--nofile={limit}:"]);
        prlimit.WaitForExit();
        Assert.That(prlimit.ExitCode, Is.Zero, "prlimit, of util-linux");
    }
}
