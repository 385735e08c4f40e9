using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Wireless;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Hwsim;

/// <summary>The air of this kernel's hwsim radios. Whoever takes it passes all their frames; disposing gives it back to the kernel.</summary>
internal sealed class KernelAir : IDisposable
{
    private const int SocketBufferSize = 8 << 20;

    private readonly NetlinkSocket _control;
    private NetlinkSocket? _frames;

    private KernelAir(NetlinkSocket control)
    {
        _control = control;
        control.SetOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        Hwsim = HwsimControl.Find(control);
        Nl80211 = Nl80211.Find(control);
    }

    /// <summary>Makes and lists radios.</summary>
    public HwsimControl Hwsim { get; }

    /// <summary>Lists interfaces.</summary>
    public Nl80211 Nl80211 { get; }

    /// <summary>The socket that all frames pass, after <see cref="Take"/>.</summary>
    public NetlinkSocket Frames => _frames ?? throw new InvalidOperationException("the air was not taken");

    /// <summary>Looks whether this kernel has the drivers.</summary>
    /// <exception cref="HwsimException">It does not.</exception>
    public static KernelAir Find()
    {
        NetlinkSocket control = NetlinkSocket.Open(NETLINK_GENERIC);
        try
        {
            return new KernelAir(control);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>Takes the air from the kernel.</summary>
    /// <exception cref="HwsimException">Somebody else has it, or we may not.</exception>
    public void Take()
    {
        _frames = NetlinkSocket.Open(NETLINK_GENERIC);
        try
        {
            _frames.SetOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
            _frames.SetOption(SOL_SOCKET, SO_RCVBUFFORCE, SocketBufferSize);
            _frames.SetOption(SOL_SOCKET, SO_SNDBUFFORCE, SocketBufferSize);
        }
        catch (LibCException e) when (e.Errno == EPERM)
        {
            throw new HwsimException("not privileged: the socket to mac80211_hwsim needs CAP_NET_ADMIN; run as root");
        }
        Hwsim.Register(_frames);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frames?.Dispose();
        _control.Dispose();
    }
}
