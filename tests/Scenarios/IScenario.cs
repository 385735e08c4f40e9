namespace ShmWifi.Tests.Scenarios;

/// <summary>A situation on the medium that is set up, and the result.</summary>
internal interface IScenario
{
    /// <summary>Its name on the command line, kebab-case, and the scenario of its rows.</summary>
    string Name { get; }

    /// <summary>What it shows, for lists.</summary>
    string Description { get; }

    /// <summary>Whether it boots VMs; else the engine is alone with VMs that are played.</summary>
    bool NeedsVms { get; }

    /// <summary>Sets it up and measures.</summary>
    Task RunAsync(ScenarioRun run);
}
