using ShmWifi.Lab.Cli;
using ShmWifi.Perf.EndToEnd.Cli;
using ShmWifi.Perf.EndToEnd.Page;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Rings;
using ShmWifi.Perf.EndToEnd.Trunk;
using ShmWifi.Perf.EndToEnd.Vm;

try
{
    var command = BenchCommand.Create([
        new RingsGroup(), new RelayGroup(), new TrunkGroup(), new PageGroup(), new VmGroup(), new VmKernelGroup(), new UmlGroup(),
        new VirtualTimeGroup()]);
    command.Add(RelayCommand.Create());
    return await CommandLine.RunAsync(command, args, plainWidth: 220);
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception); // a fault of the bench itself: with its stack trace
    return 1;
}
