using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Wmediumd;

/// <summary>What a configuration of wmediumd is as ours.</summary>
/// <param name="Vms">The names that its radios got, in the order of <c>ids</c>; empty when they are called by their addresses.</param>
/// <param name="Warnings">What is not as in wmediumd, in the order of the file.</param>
public sealed record WmediumdImport(MediumConfiguration Medium, IReadOnlyList<string> Vms, IReadOnlyList<ConfigurationWarning> Warnings)
{
    /// <summary>Converts a configuration.</summary>
    /// <param name="errorTable">Absolute path of the table that wmediumd is given by <c>-x</c>; null: none.</param>
    /// <param name="vms">A VM for each of <c>ids</c>, in their order; empty: radios are called by their addresses.</param>
    /// <exception cref="ConfigurationException">The file is wrong, wmediumd would refuse it, or
    /// our configuration cannot hold it; carries every error.</exception>
    public static WmediumdImport Read(string text, string file, string? errorTable, IReadOnlyList<string> vms)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(vms);
        var errors = new ErrorList(file);
        var reader = new WmediumdReader(errors, file, errorTable, vms);
        var medium = reader.Read(LibconfigReader.Read(text, file));
        if (!errors.Any)
            CheckBounds(medium, file, errors);
        return errors.Any
            ? throw new ConfigurationException(errors.Sorted())
            : new(medium, vms, [.. reader.Warnings.OrderBy(w => w.Line).ThenBy(w => w.Column)]);
    }

    /// <summary>The keys of our file.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Vms.Count > 0)
            json["vms"] = new JsonArray([.. Vms.Select(name => new JsonObject { ["name"] = name, ["socket"] = $"{name}.sock" })]);
        foreach (var (key, value) in MediumWriter.WithoutDefaults(MediumWriter.ToJson(Medium)))
            json[key] = value?.DeepClone();
        return json;
    }

    /// <summary>Our file.</summary>
    public string ToYaml() => YamlText.Of(ToJson());

    // Our own reader knows what our configuration can hold.
    private static void CheckBounds(MediumConfiguration medium, string file, ErrorList errors)
    {
        try
        {
            MediumText.ReadMedium(MediumWriter.ToJson(medium).ToJsonString(), file);
        }
        catch (ConfigurationException e)
        {
            foreach (var error in e.Errors)
                errors.Add(0, 0, $"is beyond our configuration at '{error.Field}': {error.Message}");
        }
    }
}
