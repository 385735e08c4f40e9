using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Counters by key in memory that outlives the engine: who takes the table over goes on counting where the engine before was.</summary>
/// <remarks>One thread's. Frames change counters by plain stores: a process that is killed loses none. Counters are claimed and released without
/// allocation but for the list of free ones.</remarks>
internal sealed unsafe class CounterTable
{
    private readonly Counter* _counters; // [0] is everybody's that finds no room; its A: how many after it were ever used
    private readonly int _capacity;
    private readonly Counter[]? _owned;
    private readonly Dictionary<(ulong A, ulong B), int> _left = [];
    private readonly Stack<int> _free = [];

    /// <summary>A table that nobody takes over.</summary>
    /// <param name="capacity">Counters.</param>
    public CounterTable(int capacity)
        : this(GC.AllocateArray<Counter>(capacity + 1, pinned: true))
    {
    }

    /// <summary>The table in a memory, with what an engine before has left there.</summary>
    /// <param name="memory">Zeros at first; of <see cref="SizeFor"/>; outlives the table.</param>
    /// <param name="capacity">Counters.</param>
    public CounterTable(byte* memory, int capacity)
    {
        _counters = (Counter*)memory;
        _capacity = capacity;
        for (int number = (int)_counters->A; number > 0; number--)
        {
            if (_counters[number].IsFree)
                _free.Push(number);
            else
                _left[(_counters[number].A, _counters[number].B)] = number;
        }
    }

    private CounterTable(Counter[] owned)
        : this((byte*)Unsafe.AsPointer(ref owned[0]), owned.Length - 1) => _owned = owned; // lives as long as the table

    /// <summary>A counter.</summary>
    /// <param name="number">Of <see cref="Claim"/>.</param>
    public ref Counter this[int number] => ref _counters[number];

    /// <summary>Those of the engine before that nobody has claimed.</summary>
    public IEnumerable<Counter> Left => _left.Values.Select(number => this[number]);

    /// <summary>Bytes of a table.</summary>
    public static ulong SizeFor(int capacity) => ((ulong)capacity + 1) * (ulong)sizeof(Counter);

    /// <summary>Gets a counter: as far as one of this key was in the engine before, else from 0.</summary>
    /// <returns>Its number; 0: there is no room, so it is shared with others of whom that holds, and may be claimed again.</returns>
    public int Claim(ulong a, ulong b)
    {
        if (_left.Count != 0 && _left.Remove((a, b), out int number))
            return number;
        if (!_free.TryPop(out number))
        {
            if (_counters->A >= (ulong)_capacity)
                return 0;
            number = (int)++_counters->A;
        }
        _counters[number] = new Counter { A = a, B = b };
        return number;
    }

    /// <summary>Gives a counter back; 0 is ignored.</summary>
    public void Release(int number)
    {
        if (number == 0)
            return;
        _counters[number] = default;
        _free.Push(number);
    }

    /// <summary>What the engine before has left, and nobody has claimed, begins at 0.</summary>
    public void ForgetLeft()
    {
        foreach (int number in _left.Values)
            Release(number);
        _left.Clear();
    }

    /// <summary>Two counts under a key of two words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Counter
    {
        public ulong A;
        public ulong B;
        public ulong First;
        public ulong Second;

        public readonly bool IsFree => (A | B) == 0;
    }
}
