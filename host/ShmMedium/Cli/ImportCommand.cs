using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Wmediumd;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium import wmediumd FILE</c>: what a configuration of wmediumd is as ours, and what is not the same.</summary>
internal sealed class ImportCommand : Command
{
    private readonly Argument<string> _file = new("FILE") { Description = "The configuration of wmediumd (libconfig)." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write the configuration (YAML) here, not to standard output." };
    private readonly Option<string?> _per = new("--per") { Description = "The table of packet error rates that wmediumd is given by -x." };

    private readonly Option<string[]> _vms = new("--vms")
    {
        Description = "A VM for each of 'ids', in their order, such as ap,sta1; else radios are called by their addresses.",
        CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(','))],
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object: the configuration and the warnings, or the errors." };

    /// <summary>Makes the command.</summary>
    public ImportCommand()
        : base("wmediumd", "Converts a configuration of wmediumd; says what differs. Exit codes: 0 converted, 1 wrong.")
    {
        Add(_file);
        Add(_output);
        Add(_per);
        Add(_vms);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult options)
    {
        var (output, error) = (options.InvocationConfiguration.Output, options.InvocationConfiguration.Error);
        try
        {
            var import = Read(options);
            string? file = options.GetValue(_output);
            if (file is not null)
                Write(file, import.ToYaml());
            if (options.GetValue(_json))
            {
                output.WriteLine(JsonSerializer.Serialize(new(import.ToJson(), import.Warnings), ImportJson.Default.ImportedConfiguration));
                return 0;
            }

            foreach (var warning in import.Warnings)
                error.WriteLine(warning);
            if (file is null)
                output.Write(import.ToYaml());
            return 0;
        }
        catch (ConfigurationException e)
        {
            if (options.GetValue(_json))
                output.WriteLine(JsonSerializer.Serialize(new(e.Errors), ImportJson.Default.WrongConfiguration));
            else
                error.WriteLine(e.Message);
            return 1;
        }
    }

    private WmediumdImport Read(ParseResult options)
    {
        string[] vms = options.GetRequiredValue(_vms);
        foreach (string? name in vms)
        {
            if (!RadioPattern.TryParse(name, out var pattern) || pattern is not { Vm: not null, Radio: null })
                throw Wrong("--vms",
                    $"'{name}' cannot be a VM's name; allowed: 1 to {VmConfiguration.NameLimit} characters out of A-Z a-z 0-9 _ . -");
        }

        string? per = options.GetValue(_per) is { } table ? Path.GetFullPath(table) : null;
        string file = options.GetRequiredValue(_file);
        try
        {
            var import = WmediumdImport.Read(InputText.Read(file), file, per, vms);
            return import with { Warnings = [.. import.Warnings, .. ErrorTables.Check(import.Medium)] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(file, $"cannot be read: {e.Message}");
        }
        catch (DecoderFallbackException e)
        {
            throw Wrong(file, $"is not UTF-8: {e.Message}");
        }
    }

    private static void Write(string file, string yaml)
    {
        try
        {
            File.WriteAllText(file, yaml);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(file, $"cannot be written: {e.Message}");
        }
    }

    private static ConfigurationException Wrong(string what, string message) => new([new(what, 0, 0, message)]);
}

/// <summary>What <c>--json</c> prints of an import.</summary>
internal sealed record ImportedConfiguration(JsonObject Configuration, IReadOnlyList<ConfigurationWarning> Warnings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImportedConfiguration))]
[JsonSerializable(typeof(WrongConfiguration))]
internal sealed partial class ImportJson : JsonSerializerContext;
