using System.CommandLine;
using ShmWifi.Lab.Cli;

var root = new RootCommand("Virtual machines on one Wi-Fi medium.")
{
    new Command("lab", "A lab of VMs on one medium.")
    {
        UpCommand.Create(),
        StatusCommand.Create(),
        ExecCommand.Create(),
        AttachCommand.Create(),
        ConsoleCommand.Create(),
        DownCommand.Create(),
        SuperviseCommand.Create(),
    },
};
return await CommandLine.RunAsync(root, args, plainWidth: 120);
