using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Frames;

/// <summary>What a Block Ack action frame says.</summary>
public enum BlockAckActionKind
{
    /// <summary>The originator asks for an agreement.</summary>
    AddbaRequest,

    /// <summary>The recipient answers it.</summary>
    AddbaResponse,

    /// <summary>Request or response: the frame is encrypted, and both are of the same length.</summary>
    AddbaProtected,

    /// <summary>One of both ends an agreement.</summary>
    Delba,
}

/// <summary>An ADDBA Request, an ADDBA Response or a DELBA.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 9.6.4 (actions), 9.4.1.9 (status), 9.4.1.13 and 9.4.1.15 (parameters).</remarks>
/// <param name="Tid">Of the agreement; null: encrypted.</param>
/// <param name="BufferSize">MPDUs that the recipient keeps; 0: it is encrypted, or for the recipient to choose.</param>
/// <param name="IsAccepted">ADDBA Response: the status is 0.</param>
/// <param name="IsOfOriginator">ADDBA Request; DELBA: the originator ends it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockAckAction(BlockAckActionKind Kind, int? Tid, int BufferSize, bool IsAccepted, bool IsOfOriginator);
