using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl set</c>: changes the medium.</summary>
internal static class CtlSetCommands
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(CtlSession session) => new("set", "Changes the medium while frames pass.")
    {
        Link(session),
        Radio(session),
        CtlSetFaultCommand.Create(session),
        Jammer(session),
        Wall(session),
        Value(session, "timing", "timing", "WORD", "instant or airtime.", "Whether frames take their airtime."),
        Value(session, "seed", "seed", "NUMBER", "0 to 18446744073709551615.", "Starts the medium as it was given again, with another seed."),
        Value(session, "propagation", "propagation", "MODEL", "none, freeSpace, or such as '{model: logDistance, exponent: 3}'.",
            "How links are computed from positions."),
        Value(session, "fading", "fading", "MODEL", "none, rayleigh, or such as '{model: rician, k: 4, coherenceTime: 20ms}'.",
            "How signals vary with time."),
        ErrorTable(session),
        Medium(session),
    };

    /// <summary>A JSON number if it is one; else the text, for the daemon to say what is wrong.</summary>
    public static JsonNode NumberOrText(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : text;

    private static Command Link(CtlSession session)
    {
        var from = new Argument<string>("FROM") { Description = "Who sends: a VM (ap), VM and radio (ap/phy0 or ap/radio0), an address, or *." };
        var to = new Argument<string>("TO") { Description = "Who receives." };
        var snr = new Option<string?>("--snr-db", "--snr") { Description = "Signal to noise in 20 MHz, dB." };
        var loss = new Option<string?>("--loss") { Description = "Probability that an attempt is not received, 0 to 1." };
        var oneWay = new Option<bool>("--one-way") { Description = "Only from FROM to TO; else both ways." };
        var command = new Command("link", "Gives a link.") { from, to, snr, loss, oneWay };
        command.SetAction((options, cancellation) =>
        {
            var body = new JsonObject();
            AddNumber(body, "snrDb", options.GetValue(snr));
            AddNumber(body, "loss", options.GetValue(loss));
            if (options.GetValue(oneWay))
                body["oneWay"] = true;
            return session.ChangeAsync(
                options, HttpMethod.Put, ControlClient.PathOf("links", options.GetRequiredValue(from),
                    options.GetRequiredValue(to)), body, cancellation);
        });
        return command;
    }

    private static Command Radio(CtlSession session)
    {
        var radio = new Argument<string>("RADIO") { Description = "A VM (sta1), VM and radio (sta1/phy0 or sta1/radio0), an address, or *." };
        var more = new Argument<string?>("MAPPING")
        {
            Description =
                "Anything that the configuration can say of a radio, such as '{randomWaypoint: {box: [[0, 0, 1], [50, 50, 1]], speed: [0.5, 2]}}'.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var position = new Option<string?>("--position") { Description = "x,y,z in metres." };
        var velocity = new Option<string?>("--velocity") { Description = "x,y,z in m/s." };
        var power = new Option<string?>("--tx-power-dbm", "--tx-power") { Description = "Transmit power, dBm." };
        var gain = new Option<string?>("--antenna-gain-dbi", "--gain") { Description = "Antenna gain, dBi." };
        var noise = new Option<string?>("--noise-floor-dbm", "--noise") { Description = "Noise at the receiver in 20 MHz, dBm." };
        var rate = new Option<string?>("--data-rate") { Description = "Of its unicast data: 'he 9 nss 2 80', he, eht; or none: its guest's." };
        var command = new Command("radio", "Says where radios are, how they move, and how they send and receive. What is left out stays as it was.")
        {
            radio, more, position, velocity, power, gain, noise, rate,
        };
        command.SetAction((options, cancellation) =>
        {
            var body = new JsonObject();
            AddPoint(body, "position", options.GetValue(position));
            AddPoint(body, "velocity", options.GetValue(velocity));
            AddNumber(body, "txPowerDbm", options.GetValue(power));
            AddNumber(body, "antennaGainDbi", options.GetValue(gain));
            AddNumber(body, "noiseFloorDbm", options.GetValue(noise));
            if (options.GetValue(rate) is { } dataRate)
                body["dataRate"] = dataRate;
            return session.ChangeAsync(
                options, HttpMethod.Patch, ControlClient.PathOf("radios", options.GetRequiredValue(radio)), Merge(options.GetValue(more),
                    body), cancellation);
        });
        return command;
    }

    private static Command Jammer(CtlSession session)
    {
        var name = new Argument<string>("NAME") { Description = "Names it; one of this name is replaced. 'set radio NAME' says where it is." };
        var freq = new Option<string?>("--freq-mhz", "--freq") { Description = "Centre of its spectrum, MHz.", Required = true };
        var bandwidth = new Option<string?>("--bandwidth-mhz", "--bandwidth") { Description = "Width of its spectrum, MHz; 20 unless given." };
        var period = new Option<string?>("--period") { Description = "From one burst's start to the next, such as 20ms; 10ms unless given." };
        var duty = new Option<string?>("--duty-cycle", "--duty") { Description = "For which part of it the jammer is on, 0.001 to 1 (default)." };
        var command = new Command("jammer", "Gives a source of noise (in 'timing: airtime').") { name, freq, bandwidth, period, duty };
        command.SetAction((options, cancellation) =>
        {
            var body = new JsonObject();
            AddNumber(body, "freqMhz", options.GetValue(freq));
            AddNumber(body, "bandwidthMhz", options.GetValue(bandwidth));
            AddNumber(body, "period", options.GetValue(period));
            AddNumber(body, "dutyCycle", options.GetValue(duty));
            return session.ChangeAsync(
                options, HttpMethod.Put, ControlClient.PathOf("jammers", options.GetRequiredValue(name)), body, cancellation);
        });
        return command;
    }

    private static Command Wall(CtlSession session)
    {
        var name = new Argument<string>("NAME") { Description = "Names it; one of this name is replaced." };
        var from = new Option<string?>("--from") { Description = "One end: x,y in metres.", Required = true };
        var to = new Option<string?>("--to") { Description = "The other end.", Required = true };
        var loss = new Option<string?>("--loss-db", "--loss") { Description = "What a path through it loses, dB." };
        string materials = string.Join(", ", WallMaterial.All.Select(m => m.Word));
        var material = new Option<string?>("--material") { Description = $"Or what it is made of: {materials}." };
        var thickness = new Option<string?>("--thickness-cm", "--thickness") { Description = "Of the material, cm; what is usual unless given." };
        var command = new Command("wall", "Gives a wall: what computed links lose in, beside 'propagation'.")
        {
            name, from, to, loss, material, thickness,
        };
        command.SetAction((options, cancellation) =>
        {
            var body = new JsonObject();
            AddPoint(body, "from", options.GetValue(from));
            AddPoint(body, "to", options.GetValue(to));
            AddNumber(body, "lossDb", options.GetValue(loss));
            AddNumber(body, "material", options.GetValue(material));
            AddNumber(body, "thicknessCm", options.GetValue(thickness));
            return session.ChangeAsync(
                options, HttpMethod.Put, ControlClient.PathOf("walls", options.GetRequiredValue(name)), body, cancellation);
        });
        return command;
    }

    /// <summary>A mapping in braces with what options said behind its brace: a key that is there twice is an error that the daemon tells.</summary>
    public static string Merge(string? mapping, JsonObject options)
    {
        string own = options.ToJsonString();
        if (mapping is null)
            return own;
        return options.Count != 0 && mapping.TrimStart() is ['{', .. var rest] ? $"{own[..^1]}, {rest}" : mapping;
    }

    private static Command Value(CtlSession session, string name, string resource, string argument, string allowed, string description)
    {
        var value = new Argument<string>(argument) { Description = allowed };
        var command = new Command(name, description) { value };
        command.SetAction((options, cancellation) =>
            session.ChangeAsync(options, HttpMethod.Put, resource, options.GetRequiredValue(value), cancellation));
        return command;
    }

    private static Command ErrorTable(CtlSession session)
    {
        var file = new Argument<string>("FILE") { Description = "A table of error rates, which the daemon can read." };
        var command = new Command("error-table", "Where error rates come from.") { file };
        command.SetAction((options, cancellation) => session.ChangeAsync(
            options, HttpMethod.Put, "errorTable", JsonValue.Create(Path.GetFullPath(options.GetRequiredValue(file))), cancellation));
        return command;
    }

    private static Command Medium(CtlSession session)
    {
        var file = new Argument<string>("FILE") { Description = "YAML with the sections of a medium (docs/configuration.md)." };
        var command = new Command("medium", "Gives the whole medium again; its clock and schedule start again.") { file };
        const string oldName = "air"; // for one version: "set air" is "set medium"
        command.Aliases.Add(oldName);
        command.SetAction((options, cancellation) => session.RunAsync(options, async client =>
        {
            if (options.CommandResult.IdentifierToken.Value == oldName)
                await session.WarnOldNameAsync(options, "set air", "set medium");
            string path = options.GetRequiredValue(file);
            // Read here, so that errors have lines and relative paths start from the file.
            var medium = MediumText.ReadMedium(InputText.Read(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
            await client.SendAsync(HttpMethod.Put, "medium", MediumWriter.ToJson(medium).ToJsonString(), cancellation);
            return 0;
        }));
        return command;
    }

    private static void AddNumber(JsonObject body, string key, string? text)
    {
        if (text is not null)
            body[key] = NumberOrText(text);
    }

    private static void AddPoint(JsonObject body, string key, string? text)
    {
        if (text is not null)
            body[key] = new JsonArray([.. text.Split(',').Select(part => NumberOrText(part.Trim()))]);
    }
}
