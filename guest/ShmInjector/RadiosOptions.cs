using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmInjector;

/// <summary>What <c>radios</c> is to do.</summary>
internal enum RadiosAction
{
    /// <summary>Make radios that stay.</summary>
    Add,

    /// <summary>Remove radios.</summary>
    Delete,

    /// <summary>Show the radios that there are.</summary>
    List,
}

/// <summary>What the command line asks of <c>radios</c>.</summary>
internal sealed record RadiosOptions(RadiosAction Action)
{
    /// <summary>The text of --help.</summary>
    public const string Help = """
        shm-injector radios: mac80211_hwsim's radios, which stay until they are removed or the driver is unloaded.

        usage: shm-injector radios add [OPTION]...
          --count N            make N radios (default: one for each --mac, or 1): all of them, or none
          --mac ADDRESS        permanent address of a radio; once for each, in order
                               (default 02:53:57:PP:PP:RR: peer ID of the VM, first number that is free)
          --name NAME          name of the radio; of several: NAME0, NAME1, ... (default: the kernel's phyN)
          --regulatory N       hwsim's custom regulatory domain N in place of the country's rules: 1 to 4, of
                               which 1, 3 and 4 allow 5.9 GHz, 3 allows 6 GHz, too (3 and 4: of newer kernels)
          --p2p-device         radios that can have a P2P Device (Wi-Fi Direct without a network device)
          --channels N         N channels at a time: 1 (the default) to 10; more than 1 are for the kernel path
          --multi-radio        a radio of its own for each band, all of one wiphy (Linux 6.12 or newer); for the kernel path
          --mlo                radios that can be multi-link devices (802.11be); for the kernel path
          --json               print them as JSON, an object a line
               shm-injector radios del NAME... | --all
               shm-injector radios list [--json]

        "add" prints name, address and interface of each radio when its network device exists.
        "list" shows hwsim's number of a radio, too, and the address that hwsim's messages name it by.
        All are of the network namespace that this program runs in.
        """;

    /// <summary>Radios to make.</summary>
    public int Count { get; private init; } = 1;

    /// <summary>Addresses of the first of them.</summary>
    public IReadOnlyList<MacAddress> Addresses { get; private init; } = [];

    /// <summary>What they are called, or null.</summary>
    public string? Name { get; private init; }

    /// <summary>What they can do besides.</summary>
    public RadioFeatures Features { get; private init; } = RadioFeatures.None;

    /// <summary>Radios to remove.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>Whether all are to be removed.</summary>
    public bool IsAll { get; private init; }

    /// <summary>Whether to print JSON.</summary>
    public bool IsJson { get; private init; }

    /// <summary>Reads what follows "radios".</summary>
    /// <exception cref="UsageException">One of them is wrong.</exception>
    public static RadiosOptions Parse(ReadOnlySpan<string> arguments) => arguments switch
    {
        ["add", .. var options] => ParseAdd(options),
        ["del", .. var options] => ParseDelete(options),
        ["list"] => new RadiosOptions(RadiosAction.List),
        ["list", "--json"] => new RadiosOptions(RadiosAction.List) { IsJson = true },
        ["list", .. var options] => throw Unknown(options[0] == "--json" ? options[1] : options[0], "radios list"),
        [] => throw new UsageException("say what to do with the radios: \"add\", \"del\" or \"list\""),
        _ => throw new UsageException($"unknown command \"radios {arguments[0]}\"; there are \"add\", \"del\" and \"list\""),
    };

    /// <summary>The name of a radio that is made; null: the kernel's choice.</summary>
    /// <param name="radio">From 0.</param>
    public string? GetName(int radio) => Name is null || Count == 1 ? Name : $"{Name}{radio}";

    private static RadiosOptions ParseAdd(ReadOnlySpan<string> arguments)
    {
        var options = new RadiosOptions(RadiosAction.Add);
        var addresses = new List<MacAddress>();
        int? count = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            string option = arguments[i];
            switch (option)
            {
                case "--json":
                    options = options with { IsJson = true };
                    continue;
                case "--p2p-device":
                    options = options with { Features = options.Features with { SupportsP2pDevice = true } };
                    continue;
                case "--multi-radio":
                    options = options with { Features = options.Features with { IsMultiRadio = true } };
                    continue;
                case "--mlo":
                    options = options with { Features = options.Features with { SupportsMlo = true } };
                    continue;
            }
            if (option is not ("--count" or "--mac" or "--name" or "--regulatory" or "--channels"))
                throw Unknown(option, "radios add");
            if (++i == arguments.Length)
                throw new UsageException($"{option} needs a value");
            string value = arguments[i];
            switch (option)
            {
                case "--count":
                    count = OptionValues.ParseNumber(option, value, 1, Abi.MaxRadios);
                    break;
                case "--mac":
                    addresses.Add(OptionValues.ParseAddress(option, value));
                    break;
                case "--name":
                    options = options with { Name = OptionValues.ParseName(option, value) };
                    break;
                case "--channels":
                    int channels = OptionValues.ParseNumber(option, value, 1, RadioFeatures.MaxChannels);
                    options = options with { Features = options.Features with { Channels = channels } };
                    break;
                case "--regulatory":
                    options = options with { Features = options.Features with { Regulatory = OptionValues.ParseRegulatory(option, value) } };
                    break;
            }
        }
        if (addresses.Count > count)
            throw new UsageException($"--mac is given {addresses.Count} times, but --count makes {count}");
        return options with { Count = count ?? Math.Max(addresses.Count, 1), Addresses = addresses };
    }

    private static RadiosOptions ParseDelete(ReadOnlySpan<string> arguments)
    {
        var options = new RadiosOptions(RadiosAction.Delete);
        var names = new List<string>();
        foreach (string argument in arguments)
        {
            if (argument == "--all")
                options = options with { IsAll = true };
            else if (argument.StartsWith('-'))
                throw Unknown(argument, "radios del");
            else if (!names.Contains(argument))
                names.Add(argument);
        }
        return options.IsAll == (names.Count > 0)
            ? throw new UsageException("radios del wants either names of radios or --all")
            : options with { Names = names };
    }

    private static UsageException Unknown(string option, string command) => new($"{command}: unknown option \"{option}\"");
}
