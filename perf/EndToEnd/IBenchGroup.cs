using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd;

/// <summary>A part of the bench that can be run by itself.</summary>
internal interface IBenchGroup
{
    /// <summary>Its name on the command line, and the group of its rows.</summary>
    string Name { get; }

    /// <summary>What it measures, for the help.</summary>
    string Description { get; }

    /// <summary>Measures.</summary>
    /// <param name="results">Where figures and plots go; those that were measured before a failure stay there.</param>
    Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation);
}
