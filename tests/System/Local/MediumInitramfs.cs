using System.Text.Json.Nodes;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.Local;

/// <summary>A guest's initramfs with shm-medium in it: ours as it was built, and of this machine the .NET that runs it.</summary>
internal static class MediumInitramfs
{
    private const string Start = """
        #!/bin/sh
        DOTNET_ROOT=/opt/dotnet LD_LIBRARY_PATH=/opt/lib exec /opt/shm-medium/shm-medium "$@"

        """;

    /// <summary>Makes it; <c>shm-medium</c> is a command of the guest then.</summary>
    public static string Make(string kernel, string folder) => GuestInitramfs.Make(kernel, folder, tree =>
    {
        AddMedium(Path.Combine(tree, "opt/shm-medium"));
        AddStart(Path.Combine(tree, "bin/shm-medium"));
        string runtime = AddRuntime(Path.Combine(tree, "opt/dotnet"));
        AddLibraries(Path.Combine(tree, "opt/lib"), kernel, Path.Combine(runtime, "libcoreclr.so"));
    });

    // Assemblies that differ by system: Tmds.LibC.
    private const string ForThisSystem = "runtimes/linux-x64";

    private static string Built => Path.GetDirectoryName(Checkout.Medium)!;

    // Without the native libraries of Windows and the symbols.
    private static void AddMedium(string target)
    {
        foreach (string? file in Directory.EnumerateFiles(Built).Where(file => Path.GetExtension(file) is ".dll" or ".json" or ""))
            Link(Path.Combine(target, Path.GetFileName(file)), file);
        Link(Path.Combine(target, ForThisSystem), Path.Combine(Built, ForThisSystem));
    }

    private static void AddStart(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Start);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    private static string AddRuntime(string target)
    {
        string running = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var (version, root) = (Path.GetFileName(running), Path.GetFullPath("../../..", running));
        Link(Path.Combine(target, "host/fxr", version), Path.Combine(root, "host/fxr", version));
        foreach (string framework in Frameworks())
            Link(Path.Combine(target, "shared", framework, version), Newest(Path.Combine(root, "shared", framework), major: version.Split('.')[0]));
        return running;
    }

    private static string Newest(string framework, string major) => Directory.EnumerateDirectories(framework, major + ".*")
        .MaxBy(folder => Version.Parse(Path.GetFileName(folder).Split('-')[0]))!;

    private static IEnumerable<string> Frameworks()
    {
        var options = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(Checkout.Medium, "runtimeconfig.json")))!["runtimeOptions"]!;
        return (options["frameworks"]?.AsArray() ?? [options["framework"]!.DeepClone()]).Select(framework => (string)framework!["name"]!);
    }

    // What the guest has, it has of its own C library's kind.
    private static void AddLibraries(string target, string kernel, string program)
    {
        var there = HostCommand.Run("cpio", "--quiet", "--list", "--file", Checkout.Initramfs(kernel)).Output.Split('\n').ToHashSet();
        foreach (string line in HostCommand.Run("ldd", program).Output.Split('\n'))
        {
            if (line.Split(" => ") is [var name, var path] && !there.Contains("lib/" + name.Trim()))
                Link(Path.Combine(target, name.Trim()), path[..path.LastIndexOf(" (", StringComparison.Ordinal)]);
        }
    }

    private static void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }
}
