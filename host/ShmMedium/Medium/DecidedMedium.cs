using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>That a radio here receives a frame of another host's, as that host decided: it lies behind the frame in its TX slot.</summary>
/// <param name="RadioId"><see cref="Radio.Id"/>.</param>
/// <param name="SignalDbm">As <see cref="Reception.SignalDbm"/>.</param>
/// <param name="RateIndex">As <see cref="Reception.RateIndex"/>.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct DecidedReception(int RadioId, sbyte SignalDbm, byte RateIndex);

/// <summary>The medium of frames from other hosts: the sender's host has drawn their fates and told the sender (docs/decisions/0027).</summary>
/// <param name="disagreed">Counts a reception that is not possible here: the radio has gone or retuned, and the sender's host knew it not
/// yet.</param>
internal sealed unsafe class DecidedMedium(RadioRegistry radios, Action disagreed) : IMedium
{
    /// <summary>Bytes of a slot from the frame to its receptions.</summary>
    /// <param name="frameLength">Bytes.</param>
    public static uint OffsetOfReceptions(uint frameLength) => (frameLength + 7) & ~7u;

    /// <summary>How many receptions fit behind a frame.</summary>
    /// <param name="frameLength">Bytes.</param>
    public static uint RoomFor(uint frameLength) =>
        frameLength > Abi.SlotPayloadSize - 8 ? 0 : (Abi.SlotPayloadSize - OffsetOfReceptions(frameLength)) / (uint)sizeof(DecidedReception);

    /// <inheritdoc/>
    public void Transmit(in Frame frame, Outcome outcome)
    {
        outcome.IsOver = true;
        int count = (int)Math.Min(frame.Cookie, RoomFor(frame.Length)); // the trunk put it there
        var receptions = new ReadOnlySpan<DecidedReception>(frame.Bytes + OffsetOfReceptions(frame.Length), count);
        foreach (var decided in receptions)
        {
            if (radios.FindById(decided.RadioId) is not { } receiver || receiver.Port.IsRemote || !receiver.MayHear(frame.FreqMhz))
            {
                disagreed();
                continue;
            }
            outcome.Add() = new Reception { Receiver = receiver, SignalDbm = decided.SignalDbm, RateIndex = decided.RateIndex, Attempt = 1 };
            outcome.Best = outcome.Best.With(attempt: 1, decided.SignalDbm, isRetry: false);
        }
    }
}
