namespace ShmWifi.ShmMedium.Delivery;

/// <summary>How two threads touch the words that they share: as the processor does, or as a test does that explores their interleavings.</summary>
internal interface IWordAccess
{
    /// <summary>Load, acquire.</summary>
    static abstract uint Read(ref uint word);

    /// <summary>Store, release.</summary>
    static abstract void Write(ref uint word, uint value);

    /// <summary>Full fence; returns what was there before.</summary>
    static abstract uint CompareExchange(ref uint word, uint value, uint comparand);

    /// <summary>Lets the other thread go on with what takes it a moment.</summary>
    static abstract void SpinOnce(ref SpinWait wait);
}

/// <summary>As the processor does.</summary>
internal readonly struct ProcessorAccess : IWordAccess
{
    /// <inheritdoc/>
    public static uint Read(ref uint word) => Volatile.Read(ref word);

    /// <inheritdoc/>
    public static void Write(ref uint word, uint value) => Volatile.Write(ref word, value);

    /// <inheritdoc/>
    public static uint CompareExchange(ref uint word, uint value, uint comparand) => Interlocked.CompareExchange(ref word, value, comparand);

    /// <inheritdoc/>
    public static void SpinOnce(ref SpinWait wait) => wait.SpinOnce();
}
