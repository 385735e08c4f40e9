using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>A guest that writes anything that its memory has room for: headers, rates, frequencies, stamps, ring words, attaches.</summary>
/// <remarks>Most of what it writes is nearly right, so that it gets past the first check.</remarks>
/// <param name="attach">Attaches it anew, when the host has put it out.</param>
/// <param name="victims">Addresses of others that it would like to have.</param>
internal sealed unsafe class HostileGuest(Func<SimulatedGuest> attach, Random random, params MacAddress[] victims) : IDisposable
{
    private const int Radios = 4;
    private const int MostSlots = 2; // of one act
    private const int Patience = 200; // acts without room
    private static readonly uint[] EdgeWords =
        [0, 1, 2, 9, 10, 16, 24, 63, 64, 128, 129, 3967, 3968, 4095, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

    private static readonly uint[] Frequencies = [2412, 2437, 2462, 5180, 5955, 2413, 0, 1, 900, 100_000, 0x7fff_ffff, 0x8000_0001, 0xffff_ffff];

    private SimulatedGuest? _guest;
    private int _patience;

    /// <summary>Words that it wrote so far.</summary>
    public long Words { get; private set; }

    /// <summary>Lives that the host ended so far.</summary>
    public int Faults { get; private set; }

    /// <summary>Does the next thing.</summary>
    public void Act()
    {
        if (_guest is { Port.State: not PortState.Attached })
        {
            Faults++;
            Leave();
        }
        if (_guest is null)
            Come();
        var guest = _guest!;
        if (!guest.Port.Tx.HasFree(MostSlots))
        {
            // The ring is full, or it broke its own words: then the host gives nothing back.
            guest.Discard();
            guest.Ring();
            if (++_patience == Patience)
                Leave();
            return;
        }
        _patience = 0;
        switch (random.Next(100))
        {
            case < 60:
                Send(guest);
                break;
            case < 90:
                guest.Discard();
                break;
            case < 97:
                Settle(guest);
                break;
            case 97:
                if (random.Next(20) == 0)
                    WriteRingWord(guest);
                break;
            case 98:
                guest.Ring();
                break;
            default:
                if (random.Next(200) == 0)
                    Leave(); // its QEMU dies, in the middle of whatever it is
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    private void Come()
    {
        _guest = attach();
        _guest.Hello();
        for (ushort radio = 0; radio < Radios; radio++)
            _guest.AddRadio(radio, AnAddress(), random.Next(3) == 0 ? RadioFlags.Monitor : RadioFlags.None);
    }

    private void Leave()
    {
        _guest?.Dispose();
        _guest = null;
        _patience = 0;
    }

    /// <summary>A slot with a header of any kind, in most cases a frame.</summary>
    private void Send(SimulatedGuest guest)
    {
        var slot = guest.Claim();
        if (slot is null)
            return;
        var header = new TxSlotHeader
        {
            Kind = random.Next(8) != 0 ? RingKind.Frame : (RingKind)(random.Next(300) == 0 ? 200 : random.Next(3, 14)),
            Flags = (byte)random.Next(8),
            Radio = (ushort)(random.Next(2000) == 0 ? random.Next(0x10000) : random.Next(Radios + 1)),
            Length = random.Next(2000) == 0 ? AWord() : (uint)random.Next(10, 2000),
            Offset = random.Next(2000) == 0 ? AWord() : Abi.SlotHeaderSize,
            FreqMhz = random.Next(4) == 0 ? Frequencies[random.Next(Frequencies.Length)] : 2412,
            Cookie = (ulong)random.NextInt64(),
            CapturedNs = random.Next(2) == 0 ? 0 : (ulong)random.NextInt64(),
        };
        for (int i = 0; i < 8; i++)
            header.Rates[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(12));
        for (int i = 0; i < 12; i++)
            header.RateFlags[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : 0);
        AnAddress().CopyTo(new Span<byte>(header.Address, MacAddress.Length));
        if (header.Kind == RingKind.TxStatus || header.Kind == RingKind.Announce)
            header.Kind = RingKind.Frame;
        *slot = header;
        byte* frame = (byte*)slot + Abi.SlotHeaderSize;
        *(ushort*)frame = (ushort)(random.Next(3) == 0 ? random.Next(0x10000) : 0x0008);
        (random.Next(4) == 0 ? MacAddress.Broadcast : AnAddress()).CopyTo(new Span<byte>(frame + FrameView.Addr1Offset, MacAddress.Length));
        AnAddress().CopyTo(new Span<byte>(frame + FrameView.Addr2Offset, MacAddress.Length));
        Words += (Abi.SlotHeaderSize / 2 / sizeof(uint)) + 4;
        guest.Flush();
        *(ulong*)((byte*)slot + (8 * random.Next(20))) = AWord(); // while the host may be reading it
    }

    /// <summary>What honest guests announce, of others' addresses too, and withdraw; channels, power, what they measure.</summary>
    private void Settle(SimulatedGuest guest)
    {
        ushort radio = (ushort)random.Next(Radios);
        switch (random.Next(8))
        {
            case 0:
                guest.Send(RingKind.AddressAdd, radio, AnAddress());
                break;
            case 1:
                guest.Send(RingKind.AddressDel, radio, AnAddress());
                break;
            case 2:
                guest.Send(RingKind.RadioDel, radio);
                break;
            case 3:
                guest.AddRadio(radio, AnAddress());
                break;
            case 4:
                guest.Tune(radio, random.Next(4) switch { 0 => null, 1 => 0, 2 => 2412, _ => AWord() });
                break;
            case 5:
                guest.SetTxPower(radio, (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue + 1));
                break;
            case 6:
                guest.Measure(radio, ARequest());
                break;
            default:
                guest.Hello();
                break;
        }
        Words += Abi.SlotHeaderSize / 2 / sizeof(uint);
    }

    private void WriteRingWord(SimulatedGuest guest)
    {
        var header = guest.Header;
        uint*[] words = [&header->TxTail, &header->TxFreeEvent, &header->RxHead, &header->RxAvailEvent, (uint*)&header->GuestState];
        Volatile.Write(ref *words[random.Next(words.Length)], random.Next(4) == 0 ? AWord() : header->TxHead + (uint)random.Next(70));
        Words++;
    }

    /// <summary>A request for a measurement, of which some octets are anything.</summary>
    private byte[] ARequest()
    {
        byte[] request = PmsrMessages.Request(new PmsrPeer(AnAddress(), 2412, BandwidthMhz: 20, random.Next(32), random.Next(256)));
        for (int i = random.Next(3); i > 0; i--)
            request[random.Next(request.Length)] = (byte)random.Next(256);
        return request;
    }

    private MacAddress AnAddress() => random.Next(3) == 0
        ? victims[random.Next(victims.Length)]
        : new MacAddress(0x02ee_0000_0000UL + (ulong)random.Next(40));

    private uint AWord() => random.Next(2) == 0 ? EdgeWords[random.Next(EdgeWords.Length)] : (uint)random.NextInt64();
}
