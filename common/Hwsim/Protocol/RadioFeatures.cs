namespace ShmWifi.Hwsim.Protocol;

/// <summary>What a new radio can do that others cannot.</summary>
internal sealed record RadioFeatures
{
    /// <summary>Nothing.</summary>
    public static RadioFeatures None { get; } = new();

    /// <summary>hwsim's custom regulatory domain of that number, from 1; null: the rules of the country.</summary>
    public int? Regulatory { get; init; }

    /// <summary>It can have a P2P Device: an interface without a network device.</summary>
    public bool SupportsP2pDevice { get; init; }
}
