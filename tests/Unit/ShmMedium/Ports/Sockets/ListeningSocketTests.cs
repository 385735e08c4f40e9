namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Sockets;

/// <summary>Two real shm-mediums that want one socket.</summary>
public sealed class ListeningSocketTests
{
    [Test]
    public void OfTwoDaemonsThatStartAtOnceOneServes()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-race").FullName;
        try
        {
            string socket = Path.Combine(folder, "any.sock");
            for (int round = 0; round < 20; round++)
            {
                MediumProcess[] daemons = [.. Enumerable.Range(0, 2).Select(i =>
                    new MediumProcess(Directory.CreateDirectory(Path.Combine(folder, $"{i}")).FullName, "--socket", socket))];
                try
                {
                    Deadline.Until(() => daemons.Count(d => d.HasExited) == 1 && daemons.Any(d => d.Output.Contains("ready")),
                        $"one serves, one ends\n{daemons[0].Error}{daemons[1].Error}");
                    var loser = daemons.Single(d => d.HasExited);
                    Assert.That(loser.WaitForExit(), Is.EqualTo(1));
                    Assert.That(loser.Error, Does.Contain("another daemon serves it"));
                    using var vm = new IvshmemClient(socket);
                    Assert.That(vm.IsRefused, Is.False);
                    daemons.Single(d => d != loser).Kill(); // leaves its socket, and the lock's file
                }
                finally
                {
                    Array.ForEach(daemons, d => d.Dispose());
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
