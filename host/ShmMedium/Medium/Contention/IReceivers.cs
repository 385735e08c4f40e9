using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>Who a radio is to a frame.</summary>
internal enum Interest : byte
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
    /// <summary>Who may want a frame; asked at the start of each attempt.</summary>
    /// <param name="radios">Gets their indices.</param>
    /// <returns>True: all radios; nothing was added.</returns>
    bool AddReceivers(int handle, IndexSet radios);

    /// <summary>Who a radio is to a frame; asked after <see cref="AddReceivers"/> of those of them that could hear it, in the order of their
    /// indices.</summary>
    /// <param name="radio">Any but the sender.</param>
    Interest InterestOf(int handle, LinkEndpoint radio);
}
