using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>Reads a medium, or a part of it, from YAML or JSON: one text, one value, the keys of the configuration file.</summary>
/// <remarks>Any text is read in bounded time and memory. Each error has the field that it means.</remarks>
public static class MediumText
{
    /// <summary>A whole medium.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="folder">Where relative paths start; null: only absolute ones are allowed.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static MediumConfiguration ReadMedium(string text, string source, string? folder = null) =>
        Read(text, source, folder, (reader, node, errors) => reader.Read(new Section(node, "", MediumKeys.Medium, errors)));

    /// <summary>A medium that was in force: what its schedule takes back may have gone already.</summary>
    /// <param name="text">By <see cref="MediumWriter.ToYaml"/>.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static MediumConfiguration ReadSaved(string text, string source) =>
        Read(text, source, null, (reader, node, errors) => reader.ReadSaved(new Section(node, "", MediumKeys.Medium, errors)));

    /// <summary>An entry of <c>links</c>.</summary>
    /// <inheritdoc cref="ReadMedium"/>
    public static LinkConfiguration ReadLink(string text, string source) => Read(text, source, null, (reader, node, _) => reader.ReadLink(node));

    /// <summary>An entry of <c>radios</c>.</summary>
    /// <inheritdoc cref="ReadMedium"/>
    public static RadioConfiguration ReadRadio(string text, string source) => Read(text, source, null, (reader, node, _) => reader.ReadRadio(node));

    /// <summary>An entry of <c>faults</c>.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="names">Names that there are: a fault without a name gets another. A fault of one of these names is to replace it.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static FaultConfiguration ReadFault(string text, string source, IEnumerable<string>? names = null) =>
        Read(text, source, null, (reader, node, _) => Naming(reader, names).ReadFault(node, mayReplace: true));

    /// <summary>An entry of <c>jammers</c>.</summary>
    /// <inheritdoc cref="ReadMedium"/>
    public static JammerConfiguration ReadJammer(string text, string source) =>
        Read(text, source, null, (reader, node, _) => reader.ReadJammer(node, mayReplace: true));

    /// <summary>The value of <c>propagation</c>.</summary>
    /// <returns>null: <c>none</c>.</returns>
    /// <inheritdoc cref="ReadMedium"/>
    public static PropagationConfiguration? ReadPropagation(string text, string source) =>
        Read(text, source, null, (reader, node, _) => reader.ReadPropagation(node));

    /// <summary>An entry of <c>walls</c>.</summary>
    /// <inheritdoc cref="ReadMedium"/>
    public static WallConfiguration ReadWall(string text, string source) =>
        Read(text, source, null, (reader, node, _) => reader.ReadWall(node, mayReplace: true));

    /// <summary>The value of <c>fading</c>.</summary>
    /// <returns>null: <c>none</c>.</returns>
    /// <inheritdoc cref="ReadMedium"/>
    public static FadingConfiguration? ReadFading(string text, string source) =>
        Read(text, source, null, (reader, node, _) => reader.ReadFading(node));

    /// <summary>An entry of <c>schedule</c> without its <c>at</c>.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="folder">Where relative paths start; null: only absolute ones are allowed.</param>
    /// <param name="names">Names that faults have: one without a name gets another.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static MediumChange ReadChange(string text, string source, string? folder = null, IEnumerable<string>? names = null) =>
        Read(text, source, folder, (reader, node, _) => Naming(reader, names).ReadChange(node)!);

    /// <summary>The list of <c>schedule</c>.</summary>
    /// <returns>In the order of time.</returns>
    /// <inheritdoc cref="ReadChange"/>
    public static IReadOnlyList<ScheduledChange> ReadSchedule(string text, string source, string? folder = null, IEnumerable<string>? names = null) =>
        Read(text, source, folder, (reader, node, _) => Naming(reader, names).ReadSchedule(node));

    private static MediumReader Naming(MediumReader reader, IEnumerable<string>? names)
    {
        reader.TakeNames(names ?? []);
        return reader;
    }

    private static T Read<T>(string text, string source, string? folder, Func<MediumReader, YamlNode, ErrorList, T> read)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        var errors = new ErrorList(source);
        var value = YamlDocument.Read(text, errors) is { } root ? read(new(errors, folder), root, errors) : default;
        return errors.Any ? throw new ConfigurationException(errors.Sorted()) : value!;
    }
}
