using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A radio that does not hear is never said to have heard, in each way not to hear; beside it, one that does.</summary>
/// <remarks>
/// The two are an IBSS, whose stations keep sending to one that has gone. hwsim hears a frame on the channel of one of its interfaces also
/// while the radio scans or is off-channel; on the user path, and on the kernel's own medium, such frames arrive and are acknowledged. So there
/// what was acknowledged is held against what was received.
/// </remarks>
internal sealed class Absent : IScenario
{
    private const int Frames = 1000;
    private const int PresentFrames = 100;

    /// <inheritdoc/>
    public string Name => "absent";

    /// <inheritdoc/>
    public string Description => "a radio that cannot hear never acknowledges: each way to be absent, both paths, 6.1 and 6.12";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        string[] kernels = run.Options.IsQuick ? [run.Options.Kernel] : ["6.1", "6.12"];
        foreach (string kernel in kernels)
        {
            await OnLabMediumAsync(run, kernel, FramePath.User, Absence.OfInjector);
            await OnLabMediumAsync(run, kernel, FramePath.Kernel, Absence.OfModule);
        }
        await using var baseline = await Nodes.OnKernelMediumAsync(run, 2);
        await JudgeAsync(run, baseline, Absence.OfRadio);
    }

    private static async Task OnLabMediumAsync(ScenarioRun run, string kernel, FramePath path, IReadOnlyList<Absence> ofPath)
    {
        await using var nodes = await Nodes.OnLabMediumAsync(run, 2, kernel, path);
        await JudgeAsync(run, nodes, [.. Absence.OfRadio, .. ofPath, .. Absence.OfVm]);
    }

    private static async Task JudgeAsync(ScenarioRun run, Nodes nodes, IReadOnlyList<Absence> absences)
    {
        var sender = new IbssStation(nodes.Radios[0], "192.168.100.1");
        var receiver = new IbssStation(nodes.Radios[1], "192.168.100.2");
        await sender.JoinAsync(run.Cancellation);
        int present = 0;
        foreach (var absence in absences)
        {
            run.Progress.Now($"{run.Name}: {nodes.Medium}, {absence.Name}");
            await receiver.JoinAsync(run.Cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1), run.Cancellation); // the sender has to know it: by its beacons
            present += (await sender.SendAsync(receiver, PresentFrames, run.Cancellation)).Acknowledged;

            long before = await EchoRequests.CountAsync(receiver.Radio, run.Cancellation);
            await absence.LeaveAsync(receiver.Radio, run.Cancellation);
            (int reported, int acknowledged) = await sender.SendAsync(receiver, Frames, run.Cancellation);
            await absence.ReturnAsync(receiver.Radio, run.Cancellation);
            run.Tell($"{nodes.Medium}, {absence.Name}: frames with a status, of {Frames}", "1", reported);
            string figure = $"{nodes.Medium}, {absence.Name}: acknowledged, of {Frames}";
            if (!absence.HearsAtTimes)
            {
                run.Judge(figure, "1", acknowledged, 0, 0);
                continue;
            }
            long received = await EchoRequests.CountAsync(receiver.Radio, run.Cancellation) - before;
            run.Tell(figure, "1", acknowledged);
            run.Judge($"{nodes.Medium}, {absence.Name}: acknowledged, but not received", "1", Math.Max(0, acknowledged - received), 0, 0);
        }
        int sent = PresentFrames * absences.Count;
        run.Judge($"{nodes.Medium}, present: acknowledged, of {sent}", "1", present, 0.99 * sent, sent);
    }
}
