using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim;

/// <summary>The registration with hwsim: whoever has it passes all frames of this kernel's
/// radios; disposing gives them back to the kernel's own medium.</summary>
internal sealed class HwsimRegistration : IDisposable
{
    private const int SocketBufferSize = 8 << 20;
    private static readonly TimeSpan AwaitInterval = TimeSpan.FromSeconds(1);

    private readonly NetlinkSocket _control = NetlinkSocket.Open(NETLINK_GENERIC);

    private HwsimRegistration()
    {
        try
        {
            _control.SetOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            Hwsim = HwsimControl.Find(_control);
            Nl80211 = Nl80211.Find(_control);
            Frames = NetlinkSocket.Open(NETLINK_GENERIC);
        }
        catch
        {
            _control.Dispose();
            throw;
        }
    }

    /// <summary>Makes and lists radios.</summary>
    public HwsimControl Hwsim { get; }

    /// <summary>Lists interfaces.</summary>
    public Nl80211 Nl80211 { get; }

    /// <summary>The socket that all frames pass.</summary>
    public NetlinkSocket Frames { get; }

    /// <summary>Looks whether this kernel has the drivers.</summary>
    /// <exception cref="HwsimAbsentException">It does not.</exception>
    public static HwsimRegistration Find() => new();

    /// <summary>Serves until the control source wants the end, and anew each time that hwsim is back after it was unloaded.</summary>
    /// <param name="first">Disposed of at its end, as those that follow it.</param>
    /// <param name="serve">Throws <see cref="HwsimAbsentException"/> when hwsim is unloaded.</param>
    /// <param name="warn">Told of that.</param>
    public static void ServeWheneverLoaded(HwsimRegistration first, IControlSource control, Action<HwsimRegistration> serve, Action<string> warn)
    {
        for (var registration = first; registration is not null; registration = Await(control))
        {
            using (registration)
            {
                try
                {
                    serve(registration);
                    return;
                }
                catch (HwsimAbsentException)
                {
                    warn("mac80211_hwsim was unloaded: waiting until it is loaded again");
                }
            }
        }
    }

    /// <summary>Takes the frames from the kernel.</summary>
    /// <exception cref="HwsimException">Somebody else has it, or we may not.</exception>
    public void Register()
    {
        try
        {
            Frames.SetOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
            Frames.SetOption(SOL_SOCKET, SO_RCVBUFFORCE, SocketBufferSize);
            Frames.SetOption(SOL_SOCKET, SO_SNDBUFFORCE, SocketBufferSize);
        }
        catch (LibCException e) when (e.Errno == EPERM)
        {
            throw new HwsimException("not privileged: the socket to mac80211_hwsim needs CAP_NET_ADMIN; run as root");
        }
        Hwsim.Register(Frames);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frames.Dispose();
        _control.Dispose();
    }

    /// <summary>Waits until this kernel has the drivers.</summary>
    /// <returns>Null: the control source wants the end.</returns>
    private static HwsimRegistration? Await(IControlSource control)
    {
        while (!control.IsStopWanted)
        {
            if (Poll.WaitFor(control.Descriptor, POLLIN, AwaitInterval)) // first, as one that is being unloaded is found for a moment
            {
                control.Answer();
                continue;
            }
            try
            {
                return Find();
            }
            catch (HwsimAbsentException)
            {
                // Not yet.
            }
        }
        return null;
    }
}
