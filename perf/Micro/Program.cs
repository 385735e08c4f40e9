using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using ShmWifi.Perf.Micro;

// dotnet run -c Release --project perf/Micro -- --filter '*' --artifacts perf/results/micro
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun);
var reports = BenchmarkSwitcher.FromAssembly(typeof(RingBenchmarks).Assembly).Run(args, config).SelectMany(summary => summary.Reports).ToList();

int failures = 0;
foreach (var report in reports)
{
    long? allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
    if (report.Success && allocated == 0)
        continue;
    failures++;
    Console.Error.WriteLine(
        $"{report.BenchmarkCase.DisplayInfo}: {(report.Success ? $"allocates {allocated} bytes; nothing here may" : "failed; see above")}");
}
return failures == 0 ? 0 : 1;
