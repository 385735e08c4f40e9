using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>The scenarios as a user runs them: those whose figures depend on the seed alone, not on the machine.</summary>
[NonParallelizable]
public class ScenarioTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Test]
    public void WhatArrivesIsWhatTheModelsAndTheSettingsSay()
    {
        string file = Path.GetTempFileName();
        try
        {
            (int exitCode, string output) = ProgramRun.Scenarios(Limit, "per", "loss", "import", "--json", file);
            Assert.That(exitCode, Is.Zero, output);
            var report = JsonNode.Parse(File.ReadAllText(file))!;
            JsonNode[] judged = [.. report["rows"]!.AsArray().OfType<JsonNode>().Where(row => row["met"] is not null)];
            Assert.That(judged.Select(row => (string?)row["group"]).Distinct(), Is.EqualTo(["per", "loss", "import"]));
            Assert.That(judged.Select(row => (bool)row["met"]!), Is.All.True);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
