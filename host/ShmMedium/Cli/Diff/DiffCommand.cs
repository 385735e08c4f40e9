using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.ShmMedium.Cli.Diff;

/// <summary><c>shm-medium diff A B</c>: whether two captures are the same, and where they first differ.</summary>
internal sealed class DiffCommand : Command
{
    /// <summary>Exit code where there is no answer: a file that cannot be read, a wrong command line.</summary>
    public const int CannotCompare = 2;

    private const int ReadAtOnce = 1 << 16;

    private readonly Argument<string> _a = new("A") { Description = "A capture (pcapng)." };
    private readonly Argument<string> _b = new("B") { Description = "Another." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };

    /// <summary>Makes the command.</summary>
    public DiffCommand()
        : base("diff", "Says where two captures first differ. Exit codes: 0 nowhere, 1 somewhere, 2 they cannot be compared.")
    {
        Add(_a);
        Add(_b);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult options)
    {
        var (output, error) = (options.InvocationConfiguration.Output, options.InvocationConfiguration.Error);
        string pathOfA = options.GetRequiredValue(_a), pathOfB = options.GetRequiredValue(_b), at = pathOfA;
        try
        {
            using var a = Open(at = pathOfA);
            using var b = Open(at = pathOfB);
            var (readerOfA, readerOfB) = (new PcapngReader(a), new PcapngReader(b));
            var comparison = CaptureComparison.Of(() => Next(pathOfA, readerOfA), () => Next(pathOfB, readerOfB));
            if (options.GetValue(_json))
                output.WriteLine(JsonSerializer.Serialize(DiffResult.Of(pathOfA, pathOfB, comparison), DiffJson.Default.DiffResult));
            else
                Print(output, pathOfA, pathOfB, comparison);
            return comparison.IsSame ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            error.WriteLine($"shm-medium diff: {at}: {e.Message}");
            return CannotCompare;
        }

        CapturedFrame? Next(string path, PcapngReader reader)
        {
            at = path;
            return reader.Next();
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, ReadAtOnce, FileOptions.SequentialScan);

    private static void Print(TextWriter output, string pathOfA, string pathOfB, CaptureComparison c)
    {
        if (c.IsSame)
        {
            output.WriteLine($"the same: {c.FramesOfA} frames");
            return;
        }
        output.WriteLine($"A  {pathOfA}: {c.FramesOfA} frames");
        output.WriteLine($"B  {pathOfB}: {c.FramesOfB} frames");
        foreach (var frame in c.Before)
            output.WriteLine($"   {Line(frame)}");
        output.WriteLine(c.FirstOfA is { } a ? $"A  {Line(a)}" : "A  has no more");
        output.WriteLine(c.FirstOfB is { } b ? $"B  {Line(b)}" : "B  has no more");
        foreach (var (what, octets, note) in c.Differences)
            output.WriteLine($"   {what}{(octets is null ? "" : $", octets {octets}")}{(note.Length == 0 ? "" : $": {note}")}");
        if (c.IsOneMoreInA || c.IsOneMoreInB)
            output.WriteLine($"   {(c.IsOneMoreInA ? "A" : "B")} has one frame more here, and goes on as the other does");
        output.WriteLine($"of {Math.Min(c.FramesOfA, c.FramesOfB)} pairs {c.OtherTime} have another time, {c.OtherShape} another radio or length, "
            + $"{c.OtherOctets} other octets alone");
    }

    private static string Line(CapturedFrame frame)
    {
        var shown = ShownFrame.Of(frame);
        string radio = frame.Direction == FrameDirection.Inbound ? $"at {shown.Radio}" : shown.Radio;
        string addresses = $"{shown.Transmitter ?? "-"} > {shown.Receiver ?? "-"}";
        return $"{shown.Number,5}  {shown.Time}  {radio}  {addresses}  {shown.Type}, {shown.Octets} octets";
    }
}

/// <summary>A frame as it is shown.</summary>
/// <param name="Time">UTC, to the nanosecond.</param>
internal sealed record ShownFrame(long Number, string Time, string Radio, string? Transmitter, string? Receiver, string Type, int Octets)
{
    /// <summary>Of a captured one, whatever is in it.</summary>
    public static ShownFrame Of(CapturedFrame frame)
    {
        string time = DateTime.UnixEpoch.AddTicks(frame.TimeNs / TimeSpan.NanosecondsPerTick)
            .ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + $"{frame.TimeNs % TimeSpan.NanosecondsPerTick:00}";
        return FrameView.TryParse(frame.Octets, out var view)
            ? new(frame.Number, time, frame.Interface, view.Transmitter?.ToString(), view.Receiver?.ToString(), TypeOf(in view), frame.Octets.Length)
            : new(frame.Number, time, frame.Interface, null, null, "not 802.11", frame.Octets.Length);
    }

    private static string TypeOf(in FrameView view) => view.FourWayMessage is { } message ? $"EAPOL-Key {message} of 4"
        : view.FrameControl.Protected ? $"{view.FrameControl.Name}, encrypted"
        : view.FrameControl.Name;
}

/// <summary>What <c>--json</c> prints.</summary>
/// <param name="First">Null: they are the same.</param>
internal sealed record DiffResult(bool Same, DiffFile A, DiffFile B, FirstDifference? First, DiffCounts Pairs)
{
    /// <summary>Of a comparison.</summary>
    public static DiffResult Of(string a, string b, CaptureComparison c) => new(
        c.IsSame,
        new(a, c.FramesOfA),
        new(b, c.FramesOfB),
        c.IsSame ? null : new(
            [.. c.Before.Select(ShownFrame.Of)],
            c.FirstOfA is null ? null : ShownFrame.Of(c.FirstOfA),
            c.FirstOfB is null ? null : ShownFrame.Of(c.FirstOfB),
            c.Differences,
            c.IsOneMoreInA ? "A" : c.IsOneMoreInB ? "B" : null),
        new(c.OtherTime, c.OtherShape, c.OtherOctets));
}

/// <summary>One of the two captures.</summary>
internal sealed record DiffFile(string File, long Frames);

/// <summary>Where they first differ.</summary>
/// <param name="OneMoreIn">"A" or "B" has a frame here that the other has not, and goes on as the other; else null.</param>
internal sealed record FirstDifference(
    IReadOnlyList<ShownFrame> Before, ShownFrame? A, ShownFrame? B, IReadOnlyList<Difference> Differences, string? OneMoreIn);

/// <summary>How many frames of the same number have another time; else another radio or length; else other octets.</summary>
internal sealed record DiffCounts(long OtherTime, long OtherShape, long OtherOctets);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DiffResult))]
internal sealed partial class DiffJson : JsonSerializerContext;
