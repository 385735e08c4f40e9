using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>The tables of error rates that a medium names.</summary>
internal static class ErrorTables
{
    /// <summary>Their paths, each once: of a schedule's changes, too.</summary>
    public static IEnumerable<string> NamedBy(MediumChange change) => All(change).Distinct(StringComparer.Ordinal);

    /// <summary>Reads them all.</summary>
    /// <returns>What is taken otherwise than it is written.</returns>
    /// <exception cref="ConfigurationException">One cannot be read, or is wrong; carries every error of all of them.</exception>
    public static IReadOnlyList<ConfigurationWarning> Check(MediumConfiguration medium)
    {
        List<ConfigurationWarning> warnings = [];
        List<ConfigurationError> errors = [];
        foreach (string file in NamedBy(new ReplaceMedium(medium)))
        {
            try
            {
                ErrorModel.Load(file, warnings);
            }
            catch (ConfigurationException wrong)
            {
                errors.AddRange(wrong.Errors);
            }
        }

        return errors.Count == 0 ? warnings : throw new ConfigurationException(errors);
    }

    private static IEnumerable<string> All(MediumChange change) => change switch
    {
        SetErrorTable { File: { } file } => [file],
        ReplaceMedium { Medium: var medium } => [.. All(new SetErrorTable(medium.ErrorTable)), .. All(new SetSchedule(medium.Schedule))],
        SetSchedule { Schedule: var schedule } => schedule.SelectMany(coming => All(coming.Change)),
        _ => [],
    };
}
