using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/schedule</c>.</summary>
internal static class ScheduleEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var schedule = routes.MapGroup("").WithTags("schedule");
        schedule.MapGet("/schedule", ReadAsync)
            .Describe("getSchedule", "What changes by itself, and how far that is.");
        schedule.MapPut("/schedule", SetAsync)
            .Describe("setSchedule", "Gives what is to change by itself, in place of what was; its times count from now.")
            .Refuses(404, "it names a radio that is neither on the medium nor in the configuration")
            .Refuses(409, "a jammer is called as a VM is, or walls would be there while links are not computed from places");
        schedule.MapDelete("/schedule", (IControlledMedium medium) => medium.ChangeSilentlyAsync(new SetSchedule([])))
            .Describe("removeSchedule", "Nothing changes by itself any more; what was changed stays.");
    }

    private static async Task<ScheduleState> SetAsync([ConfigurationSchema("schedule")] RequestBody body, IControlledMedium medium, RadioNames names)
    {
        var changes = MediumText.ReadSchedule(body.Text, RequestBody.Source, names: medium.CurrentMedium.Faults.Select(f => f.Name));
        names.CheckKnown(changes.SelectMany((c, i) => NamesIn(c.Change).Select(n => ($"[{i}].{n.Field}", n.Pattern))));
        names.CheckNoVms(changes.SelectMany((c, i) =>
            c.Change is SetJammer { Jammer.Name: var name } ? new[] { ($"[{i}].jammer.name", name) } : []));
        await medium.ChangeAsync(new SetSchedule(changes));
        return await ReadAsync(medium);
    }

    private static async Task<ScheduleState> ReadAsync(IControlledMedium medium)
    {
        var reading = await medium.ReadScheduleAsync();
        var schedule = medium.CurrentMedium.Schedule;
        var coming = schedule.Skip(reading.Done).SelectMany(scheduled => PresentRadios.NamesIn(scheduled.Change));
        var absent = PresentRadios.On(medium).AbsentOf(coming);
        return new ScheduleState(Rounded.To(reading.Elapsed.TotalSeconds, 3), reading.Done, MediumWriter.ToJson(schedule))
        {
            Absent = absent.Count == 0 ? null : [.. absent.Select(name => name.ToString())],
        };
    }

    /// <summary>The radios that a change names, and where.</summary>
    private static IEnumerable<(string Field, RadioPattern Pattern)> NamesIn(MediumChange change) => change switch
    {
        SetLink { Link: var link } => [("link.from", link.From), ("link.to", link.To)],
        SetRadio { Radio: var radio } => [("radio.radio", radio.Radio)],
        SetFault { Fault.Match: var match } => [("fault.match.from", match.From), ("fault.match.to", match.To)],
        _ => [],
    };
}

/// <summary>A <see cref="ScheduleReading"/> in JSON.</summary>
[Description("What changes by itself.")]
internal sealed record ScheduleState(
    [property: Description("Seconds since it was given: its times count from there.")] decimal ElapsedS,
    [property: Description("Changes that were carried out.")] int Done,
    JsonArray Changes)
{
    /// <summary>Not always there.</summary>
    [Description("Names in changes to come that no radio on the medium has.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Absent { get; init; }
}
