using System.Globalization;

namespace ShmWifi.Tests.RingPeer;

/// <summary>What a peer is told on its command line, as "name=value" each.</summary>
internal sealed record PeerOptions
{
    /// <summary>What it does.</summary>
    public required Role Role { get; init; }

    /// <summary>In a guest: the module's UIO device, in place of the descriptors that a process of the host inherits.</summary>
    public string? Device { get; init; }

    /// <summary>Inherited descriptor of the memfd.</summary>
    public int Memory { get; init; }

    /// <summary>Bytes of the memory: the region, and the page with <see cref="LitmusPage"/>.</summary>
    public required ulong Size { get; init; }

    /// <summary>Inherited eventfd that wakes this peer.</summary>
    public int Wake { get; init; }

    /// <summary>Inherited eventfd that wakes the other side.</summary>
    public int Ring { get; init; }

    /// <summary>Port of the region.</summary>
    public int Port { get; init; }

    /// <summary>Sequence number of the first frame; a producer's is the ring's index.</summary>
    public uint First { get; init; }

    /// <summary>Sequence number to stop at.</summary>
    public required uint Until { get; init; }

    /// <summary>How it waits.</summary>
    public Pace Pace { get; init; }

    /// <summary>What it does wrong.</summary>
    public InjectedBug Break { get; init; }

    /// <summary>Reads a command line that <see cref="ToArguments"/> made.</summary>
    /// <param name="arguments">"name=value" each.</param>
    public static PeerOptions Parse(IEnumerable<string> arguments)
    {
        var values = arguments.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new PeerOptions
        {
            Role = Enum.Parse<Role>(values[nameof(Role)]),
            Device = values.GetValueOrDefault(nameof(Device)),
            Memory = int.Parse(values[nameof(Memory)], CultureInfo.InvariantCulture),
            Size = ulong.Parse(values[nameof(Size)], CultureInfo.InvariantCulture),
            Wake = int.Parse(values[nameof(Wake)], CultureInfo.InvariantCulture),
            Ring = int.Parse(values[nameof(Ring)], CultureInfo.InvariantCulture),
            Port = int.Parse(values[nameof(Port)], CultureInfo.InvariantCulture),
            First = uint.Parse(values[nameof(First)], CultureInfo.InvariantCulture),
            Until = uint.Parse(values[nameof(Until)], CultureInfo.InvariantCulture),
            Pace = Enum.Parse<Pace>(values[nameof(Pace)]),
            Break = Enum.Parse<InjectedBug>(values[nameof(Break)]),
        };
    }

    /// <summary>The command line for these options.</summary>
    public IEnumerable<string> ToArguments() =>
    [
        $"{nameof(Role)}={Role}", $"{nameof(Memory)}={Memory}", $"{nameof(Size)}={Size}", $"{nameof(Wake)}={Wake}", $"{nameof(Ring)}={Ring}",
        $"{nameof(Port)}={Port}", $"{nameof(First)}={First}", $"{nameof(Until)}={Until}", $"{nameof(Pace)}={Pace}", $"{nameof(Break)}={Break}",
        .. Device is null ? (string[])[] : [$"{nameof(Device)}={Device}"],
    ];
}
