using System.Diagnostics;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>What walls of one kind lose.</summary>
/// <remarks>It remembers the last frequency's: a frame has one, and many receivers.</remarks>
internal sealed class WallAttenuation(WallLoss loss)
{
    private int _freqMhz;
    private double _db;

    /// <summary>The loss of one of them, dB.</summary>
    /// <param name="freqMhz">Above 0.</param>
    public double DbAt(int freqMhz)
    {
        if (freqMhz != _freqMhz)
        {
            _db = loss switch
            {
                GivenWallLoss given => given.Db,
                WallSlab slab => SlabModel.LossDb(slab, freqMhz),
                _ => throw new UnreachableException($"no such loss: {loss}"),
            };
            _freqMhz = freqMhz;
        }
        return _db;
    }
}
