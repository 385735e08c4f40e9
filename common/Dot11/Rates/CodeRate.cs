namespace ShmWifi.Dot11.Rates;

/// <summary>Rate of the convolutional or LDPC code.</summary>
public enum CodeRate
{
    /// <summary>DSSS and CCK are not coded.</summary>
    Uncoded,

    /// <summary>1/2.</summary>
    Half,

    /// <summary>2/3.</summary>
    TwoThirds,

    /// <summary>3/4.</summary>
    ThreeQuarters,

    /// <summary>5/6.</summary>
    FiveSixths,
}
