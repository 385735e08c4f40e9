using System.Globalization;
using System.Runtime.InteropServices;

namespace ShmWifi.Configuration.Yaml;

/// <summary>What a number may be.</summary>
/// <param name="Max">At most.</param>
/// <param name="Unit">For people; empty for a mere number.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Bounds(double Min, double Max, string Unit = "")
{
    /// <summary>For errors.</summary>
    public string Allowed => string.Create(CultureInfo.InvariantCulture, $"a number from {Min} to {Max}{(Unit.Length == 0 ? "" : " ")}{Unit}");
}
