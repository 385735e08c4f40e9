using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmInjector;

/// <summary>What the command line asks for.</summary>
internal sealed record InjectorOptions
{
    /// <summary>The text of --help.</summary>
    public const string Help = """
        shm-injector: joins this VM's mac80211_hwsim radios to the medium of the host's shm-medium.

        usage: shm-injector run [OPTION]...
          --radios N           make N radios that go when this program ends (default 0); the radios that
                               exist, and those that appear later, are served in any case
          --mac ADDRESS        permanent address of a radio that is made; once for each, in order
                               (default 02:53:57:PP:PP:RR: peer ID of the VM, first number that is free)
          --name-prefix TEXT   name radios that are made TEXT0, TEXT1, ... (default: the kernel's phyN)
          --regulatory N       hwsim's custom regulatory domain N for them; see shm-injector radios --help
          --device /dev/uioN   the kernel module's device (default: the only one)
          --spin-us N          stay awake for up to N microseconds for the answer to a frame that broke a silence,
                               where answers used to come that soon (default 3000; 0: always sleep at once)
          --patience MS        wait up to MS milliseconds for a host that is away, or says nothing, before frames
                               count as not acknowledged (default 500; 0 to 2000)
          --json               print statistics as JSON
               shm-injector radios add|del|list: radios that stay; see shm-injector radios --help
               shm-injector --help | --version

        Statistics are printed at the end (SIGINT, SIGTERM) and on SIGUSR1.
        """;

    private const int DefaultSpinUs = 3000;
    private const int MaxSpinUs = 1_000_000;
    private const int MaxPatienceMs = 2000;

    /// <summary>Radios to make.</summary>
    public int Radios { get; private init; }

    /// <summary>Addresses of the first of them.</summary>
    public IReadOnlyList<MacAddress> Addresses { get; private init; } = [];

    /// <summary>Names of them without number, or null.</summary>
    public string? NamePrefix { get; private init; }

    /// <summary>What they can do besides.</summary>
    public RadioFeatures Features { get; private init; } = RadioFeatures.None;

    /// <summary>/dev/uioN, or null for the only one.</summary>
    public string? Device { get; private init; }

    /// <summary>Microseconds to stay awake for an answer at most.</summary>
    public int SpinUs { get; private init; } = DefaultSpinUs;

    /// <summary>Milliseconds to wait for a host that is away, or says nothing.</summary>
    public int PatienceMs { get; private init; } = HwsimService.DefaultPatienceMs;

    /// <summary>Whether statistics are JSON.</summary>
    public bool IsJson { get; private init; }

    /// <summary>Reads what follows "run".</summary>
    /// <exception cref="UsageException">One of them is wrong.</exception>
    public static InjectorOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new InjectorOptions();
        var addresses = new List<MacAddress>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string option = arguments[i];
            if (option == "--json")
            {
                options = options with { IsJson = true };
                continue;
            }
            if (option is not ("--radios" or "--mac" or "--name-prefix" or "--regulatory" or "--device" or "--spin-us" or "--patience"))
                throw new UsageException($"unknown option \"{option}\"");
            if (++i == arguments.Length)
                throw new UsageException($"{option} needs a value");
            string value = arguments[i];
            switch (option)
            {
                case "--radios":
                    options = options with { Radios = OptionValues.ParseNumber(option, value, 0, Abi.MaxRadios) };
                    break;
                case "--mac":
                    addresses.Add(OptionValues.ParseAddress(option, value));
                    break;
                case "--name-prefix":
                    options = options with { NamePrefix = OptionValues.ParseName(option, value) };
                    break;
                case "--regulatory":
                    options = options with { Features = options.Features with { Regulatory = OptionValues.ParseRegulatory(option, value) } };
                    break;
                case "--device":
                    options = options with { Device = value };
                    break;
                case "--spin-us":
                    options = options with { SpinUs = OptionValues.ParseNumber(option, value, 0, MaxSpinUs) };
                    break;
                case "--patience":
                    options = options with { PatienceMs = OptionValues.ParseNumber(option, value, 0, MaxPatienceMs) };
                    break;
            }
        }
        if (addresses.Count > options.Radios)
            throw new UsageException($"--mac is given {addresses.Count} times, but --radios makes {options.Radios}");
        return options with { Addresses = addresses };
    }
}
