using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary><c>extcap install</c>: puts a script into Wireshark's folder that starts this program.</summary>
internal sealed class ExtcapInstallCommand : Command
{
    // Wireshark 4.2 and later have a folder for each user; before, there was the system's alone.
    private static readonly string[] s_folderLines = ["Personal Extcap path:", "Extcap path:"];
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "Wireshark's folder of extcaps; else what tshark -G folders tells: your own, before Wireshark 4.2 the system's.",
    };

    private readonly Option<string?> _socket = new("--socket") { Description = "The daemon's control socket; else its state file tells." };
    private readonly Option<string?> _state = new("--state") { Description = "The daemon's state file, if it is not in the usual place." };

    /// <summary>Makes the command.</summary>
    public ExtcapInstallCommand()
        : base("install", "Lets Wireshark show the medium: puts a script into its folder of extcaps.")
    {
        Add(_folder);
        Add(_socket);
        Add(_state);
        SetAction(Install);
    }

    private int Install(ParseResult options)
    {
        (var output, var error) = (options.InvocationConfiguration.Output, options.InvocationConfiguration.Error);
        if ((options.GetValue(_folder) ?? FindFolder()) is not { } folder)
        {
            error.WriteLine("shm-medium extcap: tshark does not say where Wireshark's extcaps are; install it, or give --folder "
                + "(Wireshark: Help, About, Folders)");
            return 1;
        }
        string script = Path.Combine(folder, "shm-medium");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(script + ".new", Script(options));
            File.SetUnixFileMode(script + ".new", Executable);
            File.Move(script + ".new", script, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"shm-medium extcap: {script} cannot be written: {exception.Message}; "
                + "run it as root, or give --folder, which WIRESHARK_EXTCAP_DIR names for Wireshark");
            return 1;
        }
        output.WriteLine($"{script}: Wireshark lists ShmWifi's interfaces when it starts the next time (or: Capture, Refresh Interfaces)");
        return 0;
    }

    private string Script(ParseResult options)
    {
        List<string> words = [.. OwnProgram.Words, "extcap"];
        foreach (var option in (ReadOnlySpan<Option<string?>>)[_socket, _state])
        {
            if (options.GetValue(option) is { } file)
                words.AddRange([option.Name, Path.GetFullPath(file)]);
        }
        return $"#!/bin/sh\n# By shm-medium extcap install.\nexec {string.Join(' ', words.Select(Quoted))} \"$@\"\n";
    }

    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string? FindFolder()
    {
        try
        {
            using var tshark = Process.Start(new ProcessStartInfo("tshark", ["-G", "folders"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = tshark.StandardError.ReadToEndAsync();
            string[] lines = tshark.StandardOutput.ReadToEnd().Split('\n');
            return s_folderLines
                .SelectMany(name => lines.Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[name.Length..].Trim()))
                .FirstOrDefault();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
