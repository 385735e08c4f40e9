using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>Who a radio is to a frame.</summary>
internal enum Interest
{
    /// <summary>Not meant, or its kernel does not listen on that frequency.</summary>
    None,

    /// <summary>Gets the frame, but acknowledges nothing: group frames, monitors.</summary>
    Receives,

    /// <summary>Owns address 1 and acknowledges.</summary>
    Acknowledges,
}

/// <summary>Knows who wants which frame.</summary>
internal interface IReceivers
{
    /// <summary>Who a radio is to a frame; asked at the start of each attempt.</summary>
    /// <param name="radio">Any but the sender.</param>
    Interest InterestOf(int handle, LinkEndpoint radio);
}
