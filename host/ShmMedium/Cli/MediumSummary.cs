using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Logging;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>Says what a medium means, a line each: a word, and the rest from column 12 on.</summary>
internal static class MediumSummary
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(MediumConfiguration medium)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"timing     {(medium.Timing == Timing.Airtime ? "airtime: frames contend and take their time" : "instant: frames take no time")}; "
            + $"seed {medium.Seed}");
        foreach (var radio in medium.Radios)
            yield return $"radio      {Radio(radio)}";
        foreach (var link in medium.Links)
            yield return $"link       {Link(link)}";
        yield return $"paths      {Propagation(medium.Propagation)}";
        foreach (var wall in medium.Walls)
            yield return $"wall       {Wall(wall)}";
        if (medium.Fading is not null)
            yield return $"fading     {medium.Fading.ToWords()}";
        if (medium.ErrorTable is not null)
            yield return $"errors     {medium.ErrorTable}";
        foreach (var fault in medium.Faults)
            yield return $"fault      {Fault(fault)}";
        foreach (var jammer in medium.Jammers)
            yield return $"jammer     {Jammer(jammer)}{(medium.Timing == Timing.Airtime ? "" : "; of no effect while frames take no time")}";
        foreach (var (at, change) in medium.Schedule)
            yield return $"schedule   {Duration.ToText(at)}: {Change(change)}";
    }

    private static string Radio(RadioConfiguration radio)
    {
        string?[] said =
        [
            radio.Motion switch
            {
                LinearMotion { Velocity: var velocity } linear =>
                    $"at {Place(linear.Position)} m{(velocity == default ? "" : $", moving {Place(velocity)} m/s")}",
                WaypointMotion { Points: var points } => $"a path of {points.Count} points from {Place(points[0].Position)} to "
                    + $"{Place(points[^1].Position)} m until {Duration.ToText(points[^1].At)}",
                RandomWaypointMotion random => string.Create(CultureInfo.InvariantCulture,
                    $"walks at random from {Place(random.Low)} to {Place(random.High)} m at {random.MinSpeed} to {random.MaxSpeed} m/s, pauses "
                        + $"{Duration.ToText(random.Pause)}"),
                _ => null,
            },
            Value(radio.TxPowerDbm, " dBm"),
            Value(radio.AntennaGainDbi, " dBi"),
            radio.NoiseFloorDbm is null ? null : $"noise {Value(radio.NoiseFloorDbm, " dBm")}",
            radio.DataRate is null ? null : radio.DataRate.Phy is null ? "data at what the guest tells" : $"data at {radio.DataRate}",
        ];
        return $"{radio.Radio}: {string.Join(", ", said.Where(text => text is not null))}";
    }

    private static string Link(LinkConfiguration link) => FormattableString.Invariant(
        $"{link.From} {(link.OneWay ? ">" : "<>")} {link.To}: {(link.SnrDb is { } snr ? $"SNR {snr} dB" : $"{Percent(link.Loss ?? 0)} loss")}");

    private static string Propagation(PropagationConfiguration? propagation) => propagation?.ToWords() ?? "perfect where no link is given";

    private static string Wall(WallConfiguration wall) => FormattableString.Invariant(
        $"{wall.Name}: from ({wall.From.X}, {wall.From.Y}) to ({wall.To.X}, {wall.To.Y}) m, ") + wall.Loss switch
        {
            GivenWallLoss given => FormattableString.Invariant($"{given.Db} dB"),
            WallSlab slab => FormattableString.Invariant($"{slab.ThicknessCm} cm of {slab.Material.Word}"),
            _ => throw new UnreachableException($"no such loss: {wall.Loss}"),
        };

    private static string Fault(FaultConfiguration fault)
    {
        var match = fault.Match;
        string share = fault.Probability == 1 ? "" : $"{Percent(fault.Probability)} of ";
        string[] frames =
        [
            match.Kinds.Count == 0 ? "all frames" : string.Join(", ", match.Kinds.Select(k => k.Text)),
            match.From == RadioPattern.Any ? "" : $" from {match.From}",
            match.To == RadioPattern.Any ? "" : $" to {match.To}",
            match.Receiver is { } receiver ? $" with addr1 {receiver}" : "",
            match.Transmitter is { } transmitter ? $" with addr2 {transmitter}" : "",
            match.Ssid is { } ssid ? $" of SSID \"{Harmless(ssid)}\"" : "",
        ];
        string count = fault.Count is { } hits ? FormattableString.Invariant($", the first {hits}") : "";
        return $"{fault.Name}: {share}{string.Concat(frames)}{count}: {fault.Action.ToWords()}";
    }

    private static string Jammer(JammerConfiguration jammer) => FormattableString.Invariant(
        $"{jammer.Name}: {jammer.BandwidthMhz} MHz at {jammer.FreqMhz} MHz, ")
        + (jammer.DutyCycle == 1 ? "always" : $"{Percent(jammer.DutyCycle)} of each {Duration.ToText(jammer.Period)}");

    private static string Change(MediumChange change) => change switch
    {
        SetLink { Link: var link } => $"link {Link(link)}",
        RemoveLink { From: var from, To: var to } => $"link {from} to {to} is no longer given",
        SetRadio { Radio: var radio } => $"radio {Radio(radio)}",
        SetFault { Fault: var fault } => $"fault {Fault(fault)}",
        RemoveFault { Name: var name } => $"fault {name} ends",
        SetJammer { Jammer: var jammer } => $"jammer {Jammer(jammer)}",
        RemoveJammer { Name: var name } => $"jammer {name} ends",
        SetPropagation { Propagation: var propagation } => $"paths {Propagation(propagation)}",
        SetWall { Wall: var wall } => $"wall {Wall(wall)}",
        RemoveWall { Name: var name } => $"wall {name} goes",
        SetFading { Fading: var fading } => $"fading {fading?.ToWords() ?? "none"}",
        SetErrorTable { File: var file } => $"errors {file ?? "as computed"}",
        SetTiming { Timing: var timing } => timing == Timing.Airtime ? "timing airtime" : "timing instant",
        _ => MediumWriter.ToJson(change).ToJsonString(),
    };

    private static string Harmless(string text)
    {
        var line = new StringBuilder();
        GuestText.Append(line, Encoding.UTF8.GetBytes(text));
        return line.ToString();
    }

    private static string Place(Position position) => FormattableString.Invariant($"({position.X}, {position.Y}, {position.Z})");

    private static string Percent(double probability) => FormattableString.Invariant($"{probability * 100:0.######} %");

    private static string? Value(double? value, string unit = "") => value is { } number ? FormattableString.Invariant($"{number}{unit}") : null;
}
