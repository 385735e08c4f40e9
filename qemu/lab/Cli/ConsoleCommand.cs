using System.CommandLine;
using System.Net.Sockets;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab console VM</c>: this terminal on the VM's serial console, which has a shell.</summary>
internal static class ConsoleCommand
{
    private const byte Leave = 0x1d; // Ctrl-]

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = LabOptions.Name();
        var vm = new Argument<string>("vm") { Description = "The VM." };
        var command = new Command("console", "This terminal on a VM's serial console; Ctrl-] leaves it.") { name, vm };
        command.SetAction(async (result, cancellation) =>
        {
            var state = LabOptions.Find(result.GetValue(name)).ReadRunning();
            var target = LabOptions.FindVm(state, result.GetRequiredValue(vm));
            await RelayAsync(VmFiles.ConsoleSocket(new LabDirectory(state.Name).Vm(target.Name)), cancellation);
            return 0;
        });
        return command;
    }

    private static async Task RelayAsync(string path, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        var stream = new NetworkStream(socket);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        using var terminal = new RawTerminal();
        Console.Error.Write("Enter for a shell, Ctrl-] to leave\r\n");
        await Task.WhenAny(stream.CopyToAsync(output, cancellation), SendAsync(input, stream, cancellation));
    }

    private static async Task SendAsync(Stream input, NetworkStream console, CancellationToken cancellation)
    {
        byte[] buffer = new byte[256];
        int length;
        while ((length = await input.ReadAsync(buffer, cancellation)) > 0 && !buffer.AsSpan(0, length).Contains(Leave))
            await console.WriteAsync(buffer.AsMemory(0, length), cancellation);
    }
}
