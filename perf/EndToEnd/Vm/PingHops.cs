using System.Globalization;
using System.Text;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Where the time of many pings goes: from one mark on the way to the next, on average.</summary>
internal static class PingHops
{
    /// <summary>By how much the two guests' clocks may differ once they are put on the host's.</summary>
    private const double ClockSlackUs = 150;

    /// <summary>The marks of a path, from the request to its answer.</summary>
    /// <param name="path">What moves the guests' frames.</param>
    public static IReadOnlyList<PingMark> Marks(FramePath path) =>
    [
        new(true, PingTrace.Asked),
        .. Way(path, fromAsking: true),
        .. Way(path, fromAsking: false),
        new(true, PingTrace.Answered),
    ];

    /// <summary>A line for each mark: what it took to get there from the mark before, and the part of pings that passed it.</summary>
    /// <param name="pings">The steps of each, in order.</param>
    public static string Tell(IReadOnlyList<IReadOnlyList<TraceStep>> pings, IReadOnlyList<PingMark> marks, string asking, string answering)
    {
        var times = pings.Select(steps => Times(steps, marks)).OfType<double?[]>().ToList();
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"mean of {times.Count} of {pings.Count} pings");
        if (times.Count == 0)
            return text.ToString();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"us",6}{"%",8}  to");
        for (int mark = 0; mark < marks.Count; mark++)
        {
            double us = times.Average(at => at[mark] is { } here ? here - (at.Take(mark).LastOrDefault(before => before != null) ?? here) : 0);
            double passed = 100.0 * times.Count(at => at[mark] != null) / times.Count;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{us,6:0}{passed,6:0} %  {(marks[mark].InAsking ? asking : answering)}: {marks[mark].What}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"{times.Average(at => at[^1]!.Value - at[0]!.Value),6:0}          all");
        return text.ToString();
    }

    /// <summary>From one guest's network stack to the other's.</summary>
    private static PingMark[] Way(FramePath path, bool fromAsking)
    {
        PingMark From(string what) => new(fromAsking, what);
        PingMark To(string what, bool isOptional = false) => new(!fromAsking, what, isOptional);
        return path == FramePath.Kernel
            ?
            [
                From(PingTrace.Down), From(PingTrace.ToHwsim), From(PingTrace.InRing), To(PingTrace.Doorbell, isOptional: true),
                To(PingTrace.ModulePolls), To(PingTrace.ModuleToHwsim), To(PingTrace.FromHwsim), To(PingTrace.Up),
            ]
            :
            [
                From(PingTrace.Down), From(PingTrace.ToHwsim), From("shm-injector: recvmmsg returns"), To(PingTrace.Doorbell, isOptional: true),
                To("shm-injector: sendmsg"), To(PingTrace.FromHwsim), To(PingTrace.Up),
            ];
    }

    /// <summary>When each mark was passed: from the answer back, what came last before the mark
    /// after it. Null when one is missing that every ping has.</summary>
    private static double?[]? Times(IReadOnlyList<TraceStep> steps, IReadOnlyList<PingMark> marks)
    {
        double?[] times = new double?[marks.Count];
        int next = -1;
        for (int mark = marks.Count - 1; mark >= 0; mark--)
        {
            if (marks[mark].IsOptional)
                continue;
            times[mark] = Last(steps, marks[mark], double.NegativeInfinity, Until(mark, next));
            if (times[mark] == null)
                return null;
            next = mark;
        }

        next = -1;
        for (int mark = marks.Count - 1; mark >= 0; mark--)
        {
            if (times[mark] == null)
            {
                int before = Array.FindLastIndex(times, mark, time => time != null);
                times[mark] = Last(steps, marks[mark], times[before]!.Value - Slack(before, mark), Until(mark, next));
            }

            next = times[mark] == null ? next : mark;
        }

        return times;

        double Slack(int one, int other) => marks[one].InAsking == marks[other].InAsking ? 0 : ClockSlackUs;

        double Until(int mark, int after) => after < 0 ? double.PositiveInfinity : times[after]!.Value + Slack(mark, after);
    }

    private static double? Last(IReadOnlyList<TraceStep> steps, PingMark mark, double from, double until) =>
        steps.LastOrDefault(step => step.IsAsking == mark.InAsking && step.What == mark.What && step.Us >= from && step.Us <= until)?.Us;
}
