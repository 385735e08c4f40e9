using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Finds the radios that a request names, and refuses names that are mistyped.</summary>
internal sealed class RadioNames(IControlledMedium medium, DaemonConfiguration configuration)
{
    /// <summary>What a name in a path means.</summary>
    /// <exception cref="ControlException">400: nothing.</exception>
    public static RadioPattern Read(string field, string text) => RadioPattern.TryParse(text, out var pattern)
        ? pattern
        : throw new ControlException(
            400,
            $"'{text}' names no radio",
            new FieldError(field,
                $"'{text}' names no radio; allowed: a VM (ap), VM and radio (ap/phy0 or ap/radio0; in a path ap%2Fphy0), an address "
                    + "(02:00:00:00:00:01), or *"));

    /// <summary>The radios that are on the medium and that a name means.</summary>
    /// <exception cref="ControlException">404: there are none.</exception>
    public async Task<IReadOnlyList<RadioReading>> FindAsync(string field, string name)
    {
        var pattern = Read(field, name);
        var all = await medium.ReadRadiosAsync();
        RadioReading[] meant = [.. all.Where(r => r.IsMeantBy(pattern))];
        return meant.Length != 0 ? meant : throw NoRadio(field, pattern, all, "is on the medium");
    }

    /// <summary>Refuses names of radios that are neither on the medium nor of the configuration.</summary>
    /// <exception cref="ControlException">404: one is.</exception>
    public void CheckKnown(params IEnumerable<(string Field, RadioPattern Pattern)> names)
    {
        foreach ((string field, var pattern) in names)
        {
            if (!IsKnown(pattern))
                throw NoRadio(field, pattern, [.. medium.Radios], "is on the medium or in the configuration");
        }
    }

    /// <summary>Refuses jammers that are called as a VM is: what is said of a name could mean either.</summary>
    /// <exception cref="ControlException">409: one is.</exception>
    public void CheckNoVms(params IEnumerable<(string Field, string Name)> jammers)
    {
        foreach ((string field, string name) in jammers)
        {
            if (configuration.CanAttach(name) || medium.Radios.Any(radio => radio.Vm == name)) // or one of another host
                throw new ControlException(409, $"'{name}' is a VM", new FieldError(field, $"'{name}' is a VM; give the jammer another name"));
        }
    }

    private bool IsKnown(RadioPattern pattern)
    {
        var current = medium.CurrentMedium;
        if (pattern == RadioPattern.Any || medium.Radios.Any(r => r.IsMeantBy(pattern)) || current.Radios.Any(r => r.Radio == pattern)
            || current.Links.Any(l => l.From == pattern || l.To == pattern) || current.AllJammers.Any(j => RadioPattern.Of(j.Name) == pattern))
        {
            return true;
        }
        // A VM that can attach, but has not brought any radio yet.
        return pattern.Vm is { } vm && configuration.CanAttach(vm) && !medium.Radios.Any(r => r.Vm == vm);
    }

    private ControlException NoRadio(string field, RadioPattern pattern, IReadOnlyList<RadioIdentity> all, string where)
    {
        string[] near = [.. all.SelectMany(r => RadioPattern.AllOf(r.Vm, r.Name, r.Number, [.. r.Addresses])).Select(p => p.ToString()),
            .. configuration.Vms.Select(v => v.Name)];
        string name = pattern.ToString();
        const int Shown = 8;
        string there = all.Count == 0 ? "no radio is on the medium" : $"on the medium: "
            + $"{string.Join(", ", all.Take(Shown).Select(r => r.FullName))}{(all.Count > Shown ? " and others" : "")}";
        string message = $"no radio '{name}' {where}{Nearest.Hint(name, near.Distinct().Where(n => n != name))}; {there}";
        return new ControlException(404, message, new FieldError(field, message));
    }
}
