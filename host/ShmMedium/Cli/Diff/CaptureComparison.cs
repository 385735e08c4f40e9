using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.ShmMedium.Cli.Diff;

/// <summary>Something in which two frames differ.</summary>
/// <param name="What">"time", "transmitter" and so on, or the name of a field.</param>
/// <param name="Octets">Which of the frame's, "24-31"; null: it is none of its octets.</param>
/// <param name="Note">What is known of it; may be empty.</param>
internal sealed record Difference(string What, string? Octets, string Note);

/// <summary>Two captures, frame by frame, in their order.</summary>
/// <remarks>The section header, which names the system that wrote, and statistics are not compared.</remarks>
internal sealed class CaptureComparison
{
    /// <summary>So many frames before the first difference are kept.</summary>
    public const int ContextFrames = 3;

    private readonly Queue<CapturedFrame> _before = new();

    private CaptureComparison()
    {
    }

    /// <summary>Frames of each.</summary>
    public long FramesOfA { get; private set; }

    /// <inheritdoc cref="FramesOfA"/>
    public long FramesOfB { get; private set; }

    /// <summary>Pairs of the same number that have another time; another length, or another radio; or other octets and that alone.</summary>
    public long OtherTime { get; private set; }

    /// <inheritdoc cref="OtherTime"/>
    public long OtherShape { get; private set; }

    /// <inheritdoc cref="OtherTime"/>
    public long OtherOctets { get; private set; }

    /// <summary>The last frames that are the same in both before the first difference.</summary>
    public IReadOnlyCollection<CapturedFrame> Before => _before;

    /// <summary>The first frames that differ; null: that file has ended.</summary>
    public CapturedFrame? FirstOfA { get; private set; }

    /// <inheritdoc cref="FirstOfA"/>
    public CapturedFrame? FirstOfB { get; private set; }

    /// <summary>What differs in them.</summary>
    public IReadOnlyList<Difference> Differences { get; private set; } = [];

    /// <summary>Whether all is the same.</summary>
    public bool IsSame => FirstOfA is null && FirstOfB is null;

    /// <summary>Whether one file has a frame at the first difference that the other has not, and goes on as the other.</summary>
    public bool IsOneMoreInA { get; private set; }

    /// <inheritdoc cref="IsOneMoreInA"/>
    public bool IsOneMoreInB { get; private set; }

    /// <summary>Compares two files, each read once.</summary>
    /// <exception cref="InvalidDataException">One is no capture; the message does not say which.</exception>
    public static CaptureComparison Of(Func<CapturedFrame?> nextOfA, Func<CapturedFrame?> nextOfB)
    {
        var comparison = new CaptureComparison();
        bool looksAhead = false;
        while (true)
        {
            var (a, b) = (nextOfA(), nextOfB());
            if (a is null && b is null)
                return comparison;
            comparison.FramesOfA += a is null ? 0 : 1;
            comparison.FramesOfB += b is null ? 0 : 1;
            if (looksAhead)
            {
                comparison.IsOneMoreInA = a is not null && AreSame(a, comparison.FirstOfB);
                comparison.IsOneMoreInB = b is not null && AreSame(comparison.FirstOfA, b);
                looksAhead = false;
            }
            if (AreSame(a, b))
            {
                comparison.Remember(a!);
                continue;
            }
            looksAhead = comparison.IsSame;
            if (looksAhead)
            {
                (comparison.FirstOfA, comparison.FirstOfB) = (a, b);
                comparison.Differences = a is null || b is null ? [] : DifferencesOf(a, b);
            }
            if (a is not null && b is not null)
                comparison.Count(a, b);
        }
    }

    private void Remember(CapturedFrame frame)
    {
        if (!IsSame)
            return;
        _before.Enqueue(frame);
        if (_before.Count > ContextFrames)
            _ = _before.Dequeue();
    }

    private void Count(CapturedFrame a, CapturedFrame b)
    {
        if (a.TimeNs != b.TimeNs)
            OtherTime++;
        else if (a.Octets.Length != b.Octets.Length || a.Interface != b.Interface)
            OtherShape++;
        else
            OtherOctets++;
    }

    private static bool AreSame(CapturedFrame? a, CapturedFrame? b) => a is not null && b is not null
        && (a.TimeNs, a.Interface, a.Direction, a.Comment) == (b.TimeNs, b.Interface, b.Direction, b.Comment)
        && a.Radiotap.AsSpan().SequenceEqual(b.Radiotap) && a.Octets.AsSpan().SequenceEqual(b.Octets);

    private static List<Difference> DifferencesOf(CapturedFrame a, CapturedFrame b)
    {
        List<Difference> differences = [];
        if (a.TimeNs != b.TimeNs)
        {
            long laterNs = b.TimeNs - a.TimeNs;
            differences.Add(new("time", null, $"{Math.Abs(laterNs) / 1000.0:0.###} µs {(laterNs > 0 ? "later" : "sooner")} in B"));
        }
        if (a.Interface != b.Interface)
            differences.Add(new("radio", null, $"{a.Interface} in A, {b.Interface} in B"));
        if (a.Direction != b.Direction)
            differences.Add(new("direction", null, $"{a.Direction} in A, {b.Direction} in B"));
        if (a.Comment != b.Comment)
            differences.Add(new("comment", null, $"'{a.Comment}' in A, '{b.Comment}' in B"));
        if (!a.Radiotap.AsSpan().SequenceEqual(b.Radiotap))
            differences.Add(new("radiotap header", null, "rate, signal, attempts, or the time of the first bit"));
        if (a.Octets.Length != b.Octets.Length)
            differences.Add(new("length", null, $"{a.Octets.Length} octets in A, {b.Octets.Length} in B"));
        foreach (var field in FrameFields.Of(a.Octets))
        {
            var ofA = PartOf(a.Octets, field);
            var ofB = PartOf(b.Octets, field);
            int same = ofA.CommonPrefixLength(ofB);
            if (same == Math.Max(ofA.Length, ofB.Length))
                continue;
            int last = Math.Min(ofA.Length, ofB.Length) - 1;
            while (last > same && ofA[last] == ofB[last])
                last--;
            if (same <= last)
                differences.Add(new(field.Name, Range(field.Offset + same, field.Offset + last), field.Note));
        }
        return differences;
    }

    private static ReadOnlySpan<byte> PartOf(byte[] octets, FrameField field)
    {
        int start = Math.Min(field.Offset, octets.Length);
        return octets.AsSpan(start, Math.Min(field.Length, octets.Length - start));
    }

    private static string Range(int first, int last) => first == last ? $"{first}" : $"{first}-{last}";
}
