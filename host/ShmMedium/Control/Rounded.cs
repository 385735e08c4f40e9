namespace ShmWifi.ShmMedium.Control;

/// <summary>Numbers for people: as many digits as mean something, never in powers of ten.</summary>
internal static class Rounded
{
    /// <summary>A value to so many digits after the point.</summary>
    public static decimal To(double value, int digits) => (decimal)Math.Round(value, digits);
}
