using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.ShmInjector;

/// <summary>Makes, removes and lists radios that no process needs to hold.</summary>
internal static class RadiosCommand
{
    /// <summary>Does what is asked, and prints the result.</summary>
    /// <param name="options">What the command line asks for.</param>
    /// <exception cref="HwsimException">hwsim is not loaded, or refused.</exception>
    /// <exception cref="InjectorException">An address or a radio cannot be found.</exception>
    public static void Run(RadiosOptions options)
    {
        using var registration = HwsimRegistration.Find();
        switch (options.Action)
        {
            case RadiosAction.Add:
                foreach (var radio in Add(registration, options))
                    Console.Out.WriteLine(options.IsJson ? RadioReport.FormatJson(radio) : RadioReport.FormatLine(radio));
                break;
            case RadiosAction.Delete:
                foreach (var radio in Choose(registration.Hwsim.ListRadios(), options))
                    registration.Hwsim.DeleteRadio(radio.Id);
                break;
            case RadiosAction.List:
                var radios = ListedRadio.List(registration);
                if (!options.IsJson)
                    Console.Out.WriteLine(RadioReport.FormatTable(radios));
                else
                    radios.ForEach(static radio => Console.Out.WriteLine(RadioReport.FormatJson(radio)));
                break;
        }
    }

    /// <summary>The radios that are to be removed.</summary>
    /// <exception cref="InjectorException">One of them is not there: then none is to be removed.</exception>
    public static List<HwsimRadio> Choose(List<HwsimRadio> radios, RadiosOptions options)
    {
        if (options.IsAll)
            return radios;
        string[] unknown = [.. options.Names.Where(name => !radios.Exists(radio => radio.Name == name))];
        if (unknown.Length > 0)
        {
            string known = radios.Count == 0 ? "none" : string.Join(", ", radios.Select(static radio => radio.Name));
            throw new InjectorException($"no radio {string.Join(", ", unknown)} in this network namespace, so none was removed; there are: {known}");
        }
        return radios.FindAll(radio => options.Names.Contains(radio.Name));
    }

    private static List<ListedRadio> Add(HwsimRegistration registration, RadiosOptions options)
    {
        var taken = RadioAddresses.FindTaken(registration, static text => Console.Error.WriteLine($"shm-injector: {text}"));
        var addresses = RadioAddresses.Choose(options.Count, options.Addresses, taken, static () => ModuleDevice.GetPeerId(ModuleDevice.FindAll()));
        var made = new List<uint>();
        try
        {
            for (int i = 0; i < options.Count; i++)
                made.Add(registration.Hwsim.CreateRadio(addresses[i], options.GetName(i), isPersistent: true, options.Features));
            var radios = ListedRadio.List(registration).FindAll(radio => made.Contains(radio.Radio.Id));
            CheckNames(radios, options);
            return radios;
        }
        catch (HwsimException)
        {
            made.ForEach(registration.Hwsim.DeleteRadio);
            throw;
        }
    }

    /// <summary>The kernel chooses a name itself when it does not like that which it was given, and says nothing (wiphy_new_nm).</summary>
    private static void CheckNames(List<ListedRadio> radios, RadiosOptions options)
    {
        for (int i = 0; i < radios.Count; i++)
        {
            if (options.GetName(i) is { } name && radios[i].Radio.Name != name)
                throw new HwsimException($"the kernel does not name a radio \"{name}\": another one has the name, in whatever network namespace, "
                    + $"or it is phyN with another N than the kernel's next; choose another by --name");
        }
    }
}
