namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Random numbers without state: the nth number of a stream is a function of the stream's key and n.</summary>
/// <remarks>Source: SplitMix64, Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014, with variant 13 of
/// Stafford's mixers: number n of a key is what SplitMix64 gives at its nth call when seeded with the key.</remarks>
internal static class RandomStream
{
    private const ulong GoldenGamma = 0x9e37_79b9_7f4a_7c15;

    /// <summary>The key of a stream.</summary>
    /// <param name="b">And with whom; the order matters.</param>
    public static ulong Key(ulong seed, RandomPurpose purpose, ulong a, ulong b = 0) =>
        Key(Root(seed, purpose), a, b);

    /// <summary>What the keys of a purpose's streams are made from: to be kept where many are wanted.</summary>
    public static ulong Root(ulong seed, RandomPurpose purpose) => Mix(seed + ((ulong)purpose * GoldenGamma));

    /// <summary>The key of a stream of that purpose.</summary>
    public static ulong Key(ulong root, ulong a, ulong b) => Mix(Mix(root + a) + b);

    /// <summary>Number <paramref name="n"/> of a stream: 64 random bits.</summary>
    public static ulong At(ulong key, ulong n) => Mix(key + ((n + 1) * GoldenGamma));

    /// <summary>As a number above 0 and below 1.</summary>
    public static double Uniform(ulong bits) => ((bits >> 12) + 0.5) * (1.0 / (1UL << 52));

    /// <summary>As a number from 0 to below 1, with 24 bits.</summary>
    public static float UniformSingle(ulong bits) => (bits >> 40) * (1.0f / (1 << 24));

    /// <summary>Pair <paramref name="n"/> of independent numbers of the standard normal distribution.</summary>
    /// <remarks>Source: Box and Muller, A Note on the Generation of Random Normal Deviates, 1958.</remarks>
    public static (double X, double Y) Normal(ulong key, ulong n)
    {
        double radius = Math.Sqrt(-2 * Math.Log(Uniform(At(key, 2 * n))));
        (double sin, double cos) = Math.SinCos(2 * Math.PI * Uniform(At(key, (2 * n) + 1)));
        return (radius * cos, radius * sin);
    }

    /// <summary>Number <paramref name="n"/> of the gamma distribution of a shape, and of scale 1.</summary>
    /// <remarks>Source: Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, ACM Transactions on Mathematical Software 26 (3), 2000.
    /// What is tried until it is taken is a stream of its own, so that numbers have nothing to do with each other.</remarks>
    /// <param name="shape">Above 0.</param>
    public static double Gamma(ulong key, ulong n, double shape)
    {
        ulong own = At(key, n);
        if (shape < 1)
            return Gamma(own, 0, shape + 1) * Math.Pow(Uniform(At(own, 1)), 1 / shape);
        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        for (ulong attempt = 0; ; attempt++)
        {
            ulong tried = At(own, attempt);
            double x = Normal(tried, 0).X;
            double root = 1 + (c * x);
            double v = root * root * root;
            if (v > 0 && Math.Log(Uniform(At(tried, 2))) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }

    /// <summary>64 bits of a text, the same in every run.</summary>
    /// <remarks>Source: FNV-1a, draft-eastlake-fnv, over UTF-16 code units, then mixed.</remarks>
    public static ulong Hash(ReadOnlySpan<char> text)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325;
        foreach (char c in text)
            hash = (hash ^ c) * 0x0000_0100_0000_01b3;
        return Mix(hash);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }
}

/// <summary>What random numbers are for: streams of different purposes have nothing to do with each other.</summary>
internal enum RandomPurpose : ulong
{
    /// <summary><see cref="LinkTable.NextDraw"/>.</summary>
    Fate = 1,

    /// <summary>Log-normal shadowing.</summary>
    Shadowing = 2,

    /// <summary>Block fading.</summary>
    Fading = 3,

    /// <summary>Random waypoints.</summary>
    Motion = 4,

    /// <summary>Injected faults.</summary>
    Fault = 5,

    /// <summary><see cref="LinkTable.NextResponseDraw"/>.</summary>
    ResponseFate = 6,

    /// <summary><see cref="LinkTable.NextMeasurement"/>.</summary>
    Measurement = 7,
}
