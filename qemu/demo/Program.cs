using ShmWifi.Demo;
using ShmWifi.Lab.Cli;

return await CommandLine.RunAsync(DemoCommand.Create(), args, plainWidth: 140);
