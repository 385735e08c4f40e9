using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>hwsim's own monitor, hwsim0, and a radio with several channels are kept apart: its acknowledgements would crash the kernel.</summary>
public partial class KernelModuleTests
{
    private const string MonitorReason = "a radio with several channels gets an acknowledgement";

    [Test]
    public async Task HwsimsMonitorStaysDownBesideARadioWithSeveralChannels()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, radios: "radios=1 channels=2");
        var (exitCode, output) = await Guest.TryRunAsync("ip link set hwsim0 up");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain(MonitorReason));
            Assert.That(await datapath.LogAsync(), Does.Contain($"{Guest.Medium.PciAddress}: hwsim0 stays down: "));
        }
        await SendWithAcknowledgementAsync(datapath);
    }

    [Test]
    public async Task HwsimsMonitorIsSetDownWhenTheKernelDatapathMeetsARadioWithSeveralChannels()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, radios: "radios=1 channels=2");
        await Guest.RunAsync(
            "setting the monitor up before the datapath",
            $"echo user >{datapath.Attribute} && ip link set hwsim0 up && echo kernel >{datapath.Attribute}");
        Assert.That(await datapath.LogAsync(), Does.Contain($"{Guest.Medium.PciAddress}: hwsim0 is set down: "));
        await SendWithAcknowledgementAsync(datapath);
    }

    [Test]
    public async Task HwsimsMonitorIsUpBesideARadioWithOneChannel()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync("setting hwsim's monitor up", "ip link set hwsim0 up");
        await SendWithAcknowledgementAsync(datapath);
    }

    /// <summary>A station asks an access point that is not there for authentication, and is acknowledged.</summary>
    private async Task SendWithAcknowledgementAsync(KernelDatapath datapath)
    {
        const int Authentication = 0xb0;
        await Guest.RunAsync("starting an access point", StartAccessPoint(6));
        ushort radio = (await datapath.Host.AwaitAsync("the address", slot => slot.Kind == RingKind.AddressAdd)).Radio;
        string address = await Guest.RunAsync("reading the address", "cat /sys/class/net/wlan0/address");
        byte[] request = AuthenticationRequest(address);
        await datapath.Host.DeliverAsync(radio, request, 2437);
        var answer = await datapath.Host.AwaitAsync("the answer", slot => slot.Kind == RingKind.Frame && slot.Payload[0] == Authentication);
        await datapath.Host.PostAndWaitAsync(new RxDescriptor
        {
            Kind = RingKind.TxStatus,
            Flags = (TxFlags)answer.Flags | TxFlags.Acked,
            Radio = answer.Radio,
            Cookie = answer.Cookie,
            Rates = answer.Rates,
        });
        await Guest.RunAsync("stopping it", StopAccessPoint);
    }

    private static byte[] AuthenticationRequest(string accessPoint)
    {
        byte[] request = [0xb0, 0, 0, 0, .. new byte[3 * MacAddress.Length], 0, 0, /* open system */ 0, 0, /* first */ 1, 0, /* status */ 0, 0];
        MacAddress.Parse(accessPoint).CopyTo(request.AsSpan(FrameView.Addr1Offset));
        MacAddress.Parse(KernelDatapath.Stranger).CopyTo(request.AsSpan(FrameView.Addr2Offset));
        MacAddress.Parse(accessPoint).CopyTo(request.AsSpan(FrameView.Addr2Offset + MacAddress.Length));
        return request;
    }
}
