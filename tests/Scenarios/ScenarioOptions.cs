namespace ShmWifi.Tests.Scenarios;

/// <summary>How thoroughly is measured.</summary>
/// <param name="IsQuick">Short: to see that everything works; limits that need long runs are judged as they are.</param>
/// <param name="Kernel">Kernel series of the guests.</param>
internal sealed record ScenarioOptions(bool IsQuick, string Kernel);
