using System.Text.Json.Nodes;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    private Route[] ScheduleRoutes() =>
    [
        new("GET", "/v1/schedule", "getSchedule", "What changes by itself, and how far that is.", _ => AnswerScheduleAsync())
        {
            Result = RouteResult.Json("scheduleReading"),
        },
        new("PUT", "/v1/schedule", "setSchedule", "Gives what is to change by itself, in place of what was; its times count from now.", SetScheduleAsync)
        {
            Body = "schedule",
            Result = RouteResult.Json("scheduleReading"),
            Refusals = [(404, "it names a radio that is neither on the air nor in the configuration")],
        },
        new("DELETE", "/v1/schedule", "removeSchedule", "Nothing changes by itself any more; what was changed stays.", _ => ApplyAsync(new SetSchedule([]))),
    ];

    private async Task<ControlResponse> SetScheduleAsync(ControlRequest request)
    {
        IReadOnlyList<ScheduledChange> changes = AirText.ReadSchedule(request.Body, Source, names: _air.CurrentAir.Faults.Select(f => f.Name));
        CheckKnown(changes.SelectMany((c, i) => NamesIn(c.Change).Select(n => ($"[{i}].{n.Field}", n.Pattern))));
        await ChangeAsync(new SetSchedule(changes));
        return await AnswerScheduleAsync();
    }

    /// <summary>The radios that a change names, and where.</summary>
    private static IEnumerable<(string Field, RadioPattern Pattern)> NamesIn(AirChange change) => change switch
    {
        SetLink { Link: var link } => [("link.from", link.From), ("link.to", link.To)],
        SetRadio { Radio: var radio } => [("radio.radio", radio.Radio)],
        SetFault { Fault.Match: var match } => [("fault.match.from", match.From), ("fault.match.to", match.To)],
        _ => [],
    };

    private async Task<ControlResponse> AnswerScheduleAsync()
    {
        ScheduleReading reading = await _air.ReadScheduleAsync();
        return ControlResponse.Json(new JsonObject
        {
            ["elapsedS"] = Rounded(reading.Elapsed.TotalSeconds, 3),
            ["done"] = reading.Done,
            ["changes"] = AirWriter.ToJson(_air.CurrentAir.Schedule),
        });
    }
}
