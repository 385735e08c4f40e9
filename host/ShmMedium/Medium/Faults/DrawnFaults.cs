using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Medium.Faults;

/// <summary>Which injected faults hit frames that wait on their way to radios: drawn once, they hold for all attempts.</summary>
/// <param name="frames">All handles are below.</param>
internal sealed class DrawnFaults(int frames)
{
    private readonly Dictionary<(int Handle, int Radio), Draw> _draws = [];
    private readonly int[] _latest = new int[frames]; // by handle: radio of the latest draw + 1; 0: none

    /// <summary>What was drawn.</summary>
    /// <param name="fault">Null: none hits it.</param>
    /// <returns>False: nothing was.</returns>
    public bool TryGet(int handle, int radio, out Fault? fault)
    {
        bool isKnown = _draws.TryGetValue((handle, radio), out var draw) && draw.IsKnown;
        fault = draw.Fault;
        return isKnown;
    }

    /// <summary>Keeps what was drawn.</summary>
    public void Set(int handle, int radio, Fault? fault)
    {
        ref var draw = ref CollectionsMarshal.GetValueRefOrAddDefault(_draws, (handle, radio), out bool exists);
        if (!exists)
            (draw.Before, _latest[handle]) = (_latest[handle], radio + 1);
        (draw.Fault, draw.IsKnown) = (fault, true);
    }

    /// <summary>A frame is over: costs what was drawn for it.</summary>
    public void Forget(int handle)
    {
        for (int next = _latest[handle]; next != 0;)
        {
            _draws.Remove((handle, next - 1), out var draw);
            next = draw.Before;
        }
        _latest[handle] = 0;
    }

    /// <summary>A radio goes: what was drawn must not hit who comes in its place.</summary>
    public void ForgetRadio(int radio)
    {
        foreach (var key in _draws.Keys)
        {
            if (key.Radio != radio)
                continue;
            ref var draw = ref CollectionsMarshal.GetValueRefOrNullRef(_draws, key);
            (draw.Fault, draw.IsKnown) = (null, false);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _draws.Clear();
        Array.Clear(_latest);
    }

    /// <summary>A draw.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Draw
    {
        public Fault? Fault;

        /// <summary>False: its radio has gone.</summary>
        public bool IsKnown;

        /// <summary>Radio of the draw before it for the same frame + 1; 0: it is the first.</summary>
        public int Before;
    }
}
