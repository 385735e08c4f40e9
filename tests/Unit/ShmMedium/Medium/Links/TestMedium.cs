using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

/// <summary>Short ways to say what the tests' media are like.</summary>
internal static class TestMedium
{
    public const int Channel6 = 2437;
    public const long Second = 1_000_000_000;
    public const long Millisecond = 1_000_000;

    public static RadioPattern Pattern(string text) =>
        RadioPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException(text, nameof(text));

    public static LinkConfiguration Snr(string from, string to, double snrDb, bool oneWay = false) =>
        new(Pattern(from), Pattern(to)) { SnrDb = snrDb, OneWay = oneWay };

    public static LinkConfiguration Loss(string from, string to, double loss) => new(Pattern(from), Pattern(to)) { Loss = loss };

    public static RadioConfiguration At(string radio, double x, double y = 0, double z = 0) =>
        new(Pattern(radio)) { Motion = new LinearMotion(new(x, y, z), default) };

    public static LinkEndpoint Add(this LinkTable table, string vm, string radio = "phy0", params ReadOnlySpan<MacAddress> addresses) =>
        table.Add(vm, radio, addresses, mediumNs: 0);

    public static float Snr(this LinkTable table, LinkEndpoint from, LinkEndpoint to, long mediumNs = 0) =>
        table.Of(from, to, Channel6, mediumNs).SnrDb;

    public static float Signal(this LinkTable table, LinkEndpoint from, LinkEndpoint to, long mediumNs = 0) =>
        table.Of(from, to, Channel6, mediumNs).SignalDbm;
}
