namespace ShmWifi.Tests.RingPeer;

/// <summary>Waits without a system call, as long as that is reasonable.</summary>
internal static class Busy
{
    private const int LooksBeforeYielding = 2_000;

    /// <summary>Looks again and again; lets others run when the peer seems to have no processor.</summary>
    public static void Until(Func<bool> condition)
    {
        for (int looks = 0; !condition(); looks++)
        {
            if (looks > LooksBeforeYielding)
                _ = Thread.Yield();
        }
    }
}
