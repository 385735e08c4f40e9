using System.Globalization;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>An engine ended, and another serves on.</summary>
/// <param name="Number">Of all restarts since the keeper's start, from 1.</param>
/// <param name="At">When the engine before ended.</param>
/// <param name="Reason">Why: what ended it, or why its keeper did.</param>
/// <param name="GapMs">How long nobody served, ms.</param>
/// <param name="Engine">The process ID of the engine that ended; 0: the keeper is of a version that does not tell.</param>
internal sealed record EngineRestart(int Number, DateTimeOffset At, string Reason, double GapMs, int Engine)
{
    /// <summary>How many are remembered: the latest.</summary>
    public const int Remembered = 16;

    /// <summary>The file that says what happened last to that engine; null: there is none, or not yet.</summary>
    public string? LastEvents { get; init; }

    private const string NumberLine = "X_RESTART", AtLine = "X_RESTART_AT", ReasonLine = "X_RESTART_REASON", GapLine = "X_RESTART_GAP_MS",
        EngineLine = "X_RESTART_ENGINE";

    /// <summary>The restarts to remember: this one, and those before it.</summary>
    public IReadOnlyList<EngineRestart> After(IReadOnlyList<EngineRestart> before) => [.. before.TakeLast(Remembered - 1), this];

    /// <summary>The datagram by which an engine is told.</summary>
    public string ToLines() => string.Create(CultureInfo.InvariantCulture,
        $"{NumberLine}={Number}\n{AtLine}={At:O}\n{ReasonLine}={Reason.ReplaceLineEndings(" ")}\n{GapLine}={GapMs:0.###}\n{EngineLine}={Engine}");

    /// <summary>What such a datagram tells; null: it tells of no restart.</summary>
    public static EngineRestart? Of(NotifyMessage message)
    {
        return int.TryParse(Value(NumberLine), CultureInfo.InvariantCulture, out int number)
            && DateTimeOffset.TryParse(Value(AtLine), CultureInfo.InvariantCulture, out var at)
            && Value(ReasonLine) is { } reason
            && double.TryParse(Value(GapLine), CultureInfo.InvariantCulture, out double gapMs)
                ? new(number, at, reason, gapMs, int.TryParse(Value(EngineLine), CultureInfo.InvariantCulture, out int engine) ? engine : 0)
                : null;

        string? Value(string name) => message.Lines.GetValueOrDefault(name);
    }
}
