using System.CommandLine;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Instances;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab exec VM -- COMMAND…</c>.</summary>
internal static class ExecCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = LabOptions.Name();
        var timeout = new Option<int>("--timeout") { Description = "Seconds after which the guest ends it.", DefaultValueFactory = _ => 3600 };
        var vm = new Argument<string>("vm") { Description = "The VM." };
        var words = new Argument<string[]>("command") { Description = "The command; after -- when it has options.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("exec", "Run a command in a guest; its output and exit code are passed on.") { name, timeout, vm, words };
        command.SetAction(async (result, cancellation) =>
        {
            var state = LabOptions.Find(result.GetValue(name)).ReadRunning();
            var target = LabOptions.FindVm(state, result.GetRequiredValue(vm));
            if (target.Role == VmState.Scripted)
            {
                throw new LabException(
                    $"VM '{target.Name}' does what its script says, and takes no commands; {target.SerialLog} has what it printed");
            }

            using var guest = new GuestExecutor(target.Name, new LabDirectory(state.Name).Vm(target.Name), target.SerialLog, state.IsTimeVirtual);
            string script = ShellQuote.Join(result.GetRequiredValue(words));
            var (exitCode, _) = await guest.TryRunAsync(script, TimeSpan.FromSeconds(result.GetValue(timeout)), Console.WriteLine, cancellation);
            return exitCode;
        });
        return command;
    }
}
