namespace ShmWifi.Tests.Scenarios;

/// <summary>All scenarios.</summary>
internal static class Catalogue
{
    /// <summary>In the order in which they run: first those that boot nothing.</summary>
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new Medium.ErrorRates(),
        new Medium.GivenLoss(),
        new Medium.WmediumdImports(),
        new Medium.LinkCost(),
        new Medium.LinkChanges(),
        new Medium.ControlAbuse(),
        new Medium.EngineGoodput(),
        new Medium.EngineChannels(),
        new Medium.HiddenNodes(),
        new Medium.Jamming(),
        new Medium.AirtimeCost(),
        new Vms.GuestErrorRate(),
        new Vms.TotalLoss(),
        new Vms.AccessPointOff(),
        new Vms.Minstrel(),
        new Vms.Ranging(),
        new Vms.Goodput(),
        new Vms.Channels(),
        new Vms.Absent(),
        new Vms.Restart(),
        new Vms.Lives(),
        new Vms.Mesh(),
        new Vms.P2p(),
        new Vms.Dpp(),
    ];
}
