using System.Globalization;

namespace ShmWifi.Configuration.Text;

/// <summary>A duration as people write it: a decimal number and its unit, <c>20ms</c>, <c>1.5m</c>.</summary>
public static class Duration
{
    /// <summary>For errors.</summary>
    public const string Allowed = "a number and its unit out of us, ms, s, m (minutes), h, such as 20ms or 1.5s";

    // Longest suffix first: "ms" ends in "s".
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration, to the next 100 ns; false for anything else, such as a number without a unit or below 0.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = default;
        foreach (var (unit, ticks) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (!decimal.TryParse(text.AsSpan(..^unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                || number > (decimal)long.MaxValue / ticks)
            {
                return false;
            }

            duration = new((long)decimal.Round(number * ticks));
            return true;
        }

        return false;
    }

    /// <summary>The text that <see cref="TryParse"/> reads as exactly this: in hours or minutes if they are whole, else with a point.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public static string ToText(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        long ticks = duration.Ticks;
        if (ticks == 0)
            return "0s";
        var (unit, size) = Array.FindLast(
            Units, u => u.Ticks <= ticks && (u.Ticks <= TimeSpan.TicksPerSecond || ticks % u.Ticks == 0)) is { Unit: not null } found
            ? found
            : Units[0];
        return ((decimal)ticks / size).ToString("0.#######", CultureInfo.InvariantCulture) + unit;
    }
}
