using System.Buffers.Binary;

namespace ShmWifi.Dot11.Frames;

/// <content>What stations agree on before QoS data goes in A-MPDUs.</content>
public readonly ref partial struct FrameView
{
    private const byte BlockAckCategory = 3;
    private const int AddbaLength = 1 + 1 + 1 + 2 + 2 + 2; // category, action, token; parameters, and timeout and SSN, or status and timeout
    private const int AddbaExtensionLength = 3;
    private const int DelbaLength = 1 + 1 + 2 + 2; // category, action, parameters, reason

    // What encryption adds: a header of 8 octets, and a MIC of 8 (CCMP-128) or 16 (GCMP, CCMP-256). Clauses 12.5.3.2 and 12.5.5.2.
    private const int CcmpOctets = 8 + 8;
    private const int GcmpOctets = 8 + 16;

    /// <summary>What a Block Ack action frame says; null: another frame. That of an encrypted frame (PMF) is inferred from its length.</summary>
    public BlockAckAction? BlockAckAction
    {
        get
        {
            if (FrameControl.Subtype != FrameSubtype.Action)
                return null;
            var body = Body;
            if (FrameControl.Protected)
                return ProtectedBlockAckAction(body.Length);
            if (body.Length < DelbaLength || body[0] != BlockAckCategory)
                return null;
            if (body[1] == 2)
            {
                int delba = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
                return new(BlockAckActionKind.Delba, delba >> 12, 0, IsAccepted: false, IsOfOriginator: (delba & 0x800) != 0);
            }
            if (body.Length < AddbaLength || body[1] > 1)
                return null;
            bool isResponse = body[1] == 1;
            int parameters = BinaryPrimitives.ReadUInt16LittleEndian(body[(isResponse ? 5 : 3)..]);
            return new(
                isResponse ? BlockAckActionKind.AddbaResponse : BlockAckActionKind.AddbaRequest,
                (parameters >> 2) & 0xf,
                parameters >> 6,
                IsAccepted: isResponse && BinaryPrimitives.ReadUInt16LittleEndian(body[3..]) == 0,
                IsOfOriginator: !isResponse);
        }
    }

    private static BlockAckAction? ProtectedBlockAckAction(int bodyLength)
    {
        BlockAckActionKind? kind = bodyLength switch
        {
            AddbaLength + CcmpOctets or AddbaLength + GcmpOctets => BlockAckActionKind.AddbaProtected,
            AddbaLength + AddbaExtensionLength + CcmpOctets or AddbaLength + AddbaExtensionLength + GcmpOctets => BlockAckActionKind.AddbaProtected,
            DelbaLength + CcmpOctets or DelbaLength + GcmpOctets => BlockAckActionKind.Delba,
            _ => null,
        };
        return kind is { } known ? new(known, Tid: null, 0, IsAccepted: false, IsOfOriginator: false) : null;
    }
}
