using System.Buffers.Binary;

namespace ShmWifi.Dot11.Rates;

/// <summary>The rates of a retry chain with their attempts: as asked for in a frame, as they really were in its status.</summary>
/// <remarks>
/// Shape: hwsim_tx_rate[4], four times s8 idx, u8 count, little-endian in one word, the first rate
/// lowest. An idx of -1 ends the chain; a count of 0 stands for one attempt.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate.
/// </remarks>
public readonly record struct TxRates(ulong Word)
{
    /// <summary>Bytes.</summary>
    public const int Size = 8;

    /// <summary>Rates at most: IEEE80211_TX_MAX_RATES.</summary>
    public const int MaxCount = 4;

    /// <summary>The idx that ends a chain.</summary>
    public const sbyte End = -1;

    private const int RateBits = 16;
    private const ulong RateMask = 0xffff;
    private const ulong Unused = 0x00ff; // idx -1, count 0
    private const ulong AllUnused = 0x00ff_00ff_00ff_00ff;
    private const ulong OnceTheFirst = 0x00ff_00ff_00ff_0100;
    private const ulong FirstIndex = 0xff;

    /// <summary>No rate.</summary>
    public static TxRates None => new(AllUnused);

    /// <summary>Reads the wire's bytes.</summary>
    public static TxRates Read(ReadOnlySpan<byte> wire) => new(BinaryPrimitives.ReadUInt64LittleEndian(wire));

    /// <summary>Writes the wire's bytes.</summary>
    public void Write(Span<byte> wire) => BinaryPrimitives.WriteUInt64LittleEndian(wire, Word);

    /// <summary>The idx of a rate, 0..3; negative: the chain has ended.</summary>
    public sbyte IndexAt(int rate) => (sbyte)(Word >> (rate * RateBits));

    /// <summary>The attempts at a rate, 0..3, that the chain has: 1..255.</summary>
    public int AttemptsAt(int rate) => Math.Max((byte)1, (byte)(Word >> ((rate * RateBits) + 8)));

    /// <summary>The attempts at all rates, up to the chain's end.</summary>
    public int Attempts
    {
        get
        {
            int attempts = 0;
            for (int rate = 0; rate < MaxCount && IndexAt(rate) >= 0; rate++)
                attempts += AttemptsAt(rate);
            return attempts;
        }
    }

    /// <summary>The first rates, with their attempts.</summary>
    public TxRates First(int count)
    {
        ulong word = Word;
        for (int rate = count; rate < MaxCount; rate++)
            word = (word & ~(RateMask << (rate * RateBits))) | (Unused << (rate * RateBits));
        return new TxRates(word);
    }

    /// <summary>What of the chain was used by a frame that was sent so often; of one that never was, nothing.</summary>
    public TxRates Used(int attempts)
    {
        if (attempts == 1) // most often
            return new TxRates((Word & FirstIndex) | OnceTheFirst);
        ulong used = AllUnused;
        for (int rate = 0; rate < MaxCount && attempts > 0 && IndexAt(rate) >= 0; rate++)
        {
            int count = Math.Min(attempts, AttemptsAt(rate));
            attempts -= count;
            used = (used & ~(RateMask << (rate * RateBits))) | (((ulong)(byte)IndexAt(rate) | ((ulong)(uint)count << 8)) << (rate * RateBits));
        }
        return new TxRates(used);
    }
}
