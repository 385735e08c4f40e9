using ShmWifi.Lab.Cli;
using ShmWifi.Tests.Scenarios;

try
{
    return await CommandLine.RunAsync(ScenariosCommand.Create(Catalogue.All), args, plainWidth: 200);
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception); // a fault of the scenarios themselves: with its stack trace
    return 1;
}
