using System.CommandLine;
using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd;

try
{
    return await BenchCommand.Create([]).Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // what was started ends in order after Ctrl-C
    });
}
catch (LabException exception)
{
    Console.Error.WriteLine($"shmwifi: {exception.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("shmwifi: interrupted; all that was started is ended");
    return 130;
}
