using System.Runtime.InteropServices;

namespace ShmWifi.Hwsim.Clock;

/// <summary>What one exchange tells of the host's clock.</summary>
/// <param name="AtNs">When its answer came, our clock.</param>
/// <param name="ErrorNs">The offset is wrong by this much at most: half of the time that the exchange was under way.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClockSample(long AtNs, long OffsetNs, long ErrorNs)
{
    /// <summary>Makes a sample of the four time stamps of an exchange.</summary>
    /// <param name="askedNs">When we asked, our clock.</param>
    /// <param name="takenNs">When the host read it, its clock.</param>
    /// <param name="postedNs">When the host answered, its clock.</param>
    /// <param name="answeredNs">When we read the answer, our clock.</param>
    /// <returns>False when they contradict each other.</returns>
    public static bool TryMake(long askedNs, long takenNs, long postedNs, long answeredNs, out ClockSample sample)
    {
        // Stamps below half of the range: differences of them cannot overflow.
        const ulong Limit = long.MaxValue / 2;
        sample = default;
        if ((ulong)askedNs > Limit || (ulong)takenNs > Limit || (ulong)postedNs > Limit || (ulong)answeredNs > Limit)
            return false;
        long underWay = (answeredNs - askedNs) - (postedNs - takenNs);
        if (answeredNs < askedNs || postedNs < takenNs || underWay < 0)
            return false;
        long offset = ((takenNs - askedNs) + (postedNs - answeredNs)) / 2;
        sample = new ClockSample(answeredNs, offset, (underWay + 1) / 2);
        return true;
    }
}
