using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ShmWifi.Perf.Micro;

// dotnet run -c Release --project perf/Micro -- --filter '*' --artifacts perf/results/micro
// In process: BenchmarkDotNet 0.14, the newest that the registry serves, cannot build projects for .NET 10.
var inProcess = new InProcessEmitToolchain(timeout: TimeSpan.FromHours(1), logOutput: true);
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(inProcess));
var reports = BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(args, config).SelectMany(summary => summary.Reports).ToList();

int failures = 0;
foreach (BenchmarkReport report in reports)
{
    long? allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
    if (report.Success && allocated == 0)
        continue;
    failures++;
    Console.Error.WriteLine($"{report.BenchmarkCase.DisplayInfo}: {(report.Success ? $"allocates {allocated} bytes; nothing here may" : "failed; see above")}");
}
return failures == 0 ? 0 : 1;
