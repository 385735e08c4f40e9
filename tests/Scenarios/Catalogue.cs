namespace ShmWifi.Tests.Scenarios;

/// <summary>All scenarios.</summary>
internal static class Catalogue
{
    /// <summary>In the order in which they run: first those that boot nothing.</summary>
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new Air.ErrorRates(),
        new Air.GivenLoss(),
        new Air.WmediumdImports(),
        new Air.LinkCost(),
        new Air.LinkChanges(),
        new Air.ControlAbuse(),
        new Air.EngineGoodput(),
        new Air.EngineChannels(),
        new Air.HiddenNodes(),
        new Vms.GuestErrorRate(),
        new Vms.TotalLoss(),
        new Vms.AccessPointOff(),
        new Vms.Minstrel(),
        new Vms.Goodput(),
        new Vms.Channels(),
    ];
}
