using System.CommandLine;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>What the bench runs of itself as processes of their own: the baselines' relays, and the far end that answers. Hidden.</summary>
internal static class RelayCommand
{
    /// <summary>Its name.</summary>
    public const string Name = "relay-process";

    /// <summary>How the line starts by which each says that it is ready.</summary>
    public const string Ready = "relay: ready";

    /// <summary>Starts one, and waits until it is ready.</summary>
    public static ProgramProcess Start(params IEnumerable<string> arguments) => ProgramProcess.Start("shmwifi-bench", Ready, [Name, .. arguments]);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("folder");
        var port = new Argument<int>("port");
        var stations = new Argument<int>("stations");
        var spin = new Option<bool>("--spin");
        var noDelay = new Option<bool>("--no-delay");
        var acknowledged = new Option<bool>("--acknowledged");

        var datagrams = new Command("datagram-relay") { folder, stations, spin };
        datagrams.SetAction(parse => DatagramRelay.Run(parse.GetRequiredValue(folder), parse.GetRequiredValue(stations), parse.GetValue(spin)));
        var streams = new Command("stream-relay") { stations, noDelay };
        streams.SetAction(parse => StreamRelay.Run(parse.GetRequiredValue(stations), parse.GetValue(noDelay)));

        var ringEcho = new Command("ring-echo") { folder, acknowledged };
        ringEcho.SetAction(parse => Echo(new RingEnd(parse.GetRequiredValue(folder), RelayUnderTest.FarStation, parse.GetValue(acknowledged))));
        var datagramEcho = new Command("datagram-echo") { folder };
        datagramEcho.SetAction(parse => Echo(new DatagramEnd(parse.GetRequiredValue(folder), RelayUnderTest.FarStation)));
        var streamEcho = new Command("stream-echo") { port, noDelay };
        streamEcho.SetAction(parse => Echo(new StreamEnd(parse.GetRequiredValue(port), RelayUnderTest.FarStation, parse.GetValue(noDelay))));
        var command = new Command(Name) { datagrams, streams, ringEcho, datagramEcho, streamEcho };
        command.Hidden = true;
        return command;
    }

    /// <summary>Answers each frame, asleep in between, until it is killed.</summary>
    private static void Echo(RelayEnd end)
    {
        Console.WriteLine(Ready);
        while (true)
        {
            _ = end.Receive(1, Waiting.ForEver);
            RoundTrips.Answer(end);
        }
    }
}
