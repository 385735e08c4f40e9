namespace ShmWifi.ShmMedium.Ports;

/// <summary>What becomes of an address that a radio announces.</summary>
internal enum AddressClaim
{
    /// <summary>The radio answers to it.</summary>
    Granted,

    /// <summary>A radio of another VM has it; this one gets it when that one gives it up.</summary>
    Waits,

    /// <summary>Its VM may not have it: <see cref="AddressPolicy"/>.</summary>
    NotAllowed,

    /// <summary>The radio has <see cref="Radio.MaxAddresses"/>.</summary>
    TooMany,
}
