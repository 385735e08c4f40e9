using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>Two guests of User-Mode-Linux whose clock is the daemon's: an access point, and a station that associates and pings.</summary>
[Explicit("needs root and User-Mode-Linux: './shmwifi setup --hypervisor uml'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed class RepeatedRunTests
{
    private const int Pings = 10;

    [Test]
    public async Task TheSameRunIsTheSameToTheByte([Values("instant", "airtime")] string timing)
    {
        byte[] first = await RunAsync(timing, seed: 1);
        Assert.That(first, Has.Length.GreaterThan(30_000));
        Assert.That(await RunAsync(timing, seed: 1), Is.EqualTo(first));
    }

    [Test]
    public async Task OtherRandomNumbersOfGuestsAreAnotherRun() =>
        Assert.That(await RunAsync("airtime", seed: 2), Is.Not.EqualTo(await RunAsync("airtime", seed: 3)));

    [Test]
    public async Task ABusyMachineChangesNothing()
    {
        byte[] idle = await RunAsync("airtime", seed: 1);
        using var busy = new BusyCores(threadsACore: 2);
        Assert.That(await RunAsync("airtime", seed: 1), Is.EqualTo(idle));
    }

    /// <summary>What happens once in some runs alone, such as an interrupt that comes in between, is seen by many of them.</summary>
    [Test]
    public async Task AHundredRunsAreTheSame()
    {
        const int Runs = 100, PingsOfEach = 1000;
        byte[] first = await RunAsync("airtime", seed: 1, PingsOfEach);
        for (int run = 2; run <= Runs; run++)
            Assert.That(await RunAsync("airtime", seed: 1, PingsOfEach), Is.EqualTo(first), $"run {run} of {Runs}");
    }

    /// <summary>The capture of a run.</summary>
    private static async Task<byte[]> RunAsync(string timing, int seed, int pings = Pings)
    {
        using var run = await ScriptedRun.ToItsEndAsync(Scripts.Pair(Security.Wpa2, Scripts.Pings(pings)), $"timing: {timing}\n", seed);
        Assert.That(run.Output("sta").Split("1 packets transmitted, 1 received"), Has.Length.EqualTo(pings + 1), run.Output("sta"));
        return await File.ReadAllBytesAsync(run.Capture);
    }
}
