namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>What happens by itself.</summary>
internal enum MediumEvent
{
    /// <summary>A PPDU ends.</summary>
    PpduEnd,

    /// <summary>A station's SIFS before a response, or its wait for one, is over.</summary>
    Exchange,

    /// <summary>A station looks whether what an RTS announced has begun.</summary>
    NavCheck,

    /// <summary>A station's backoff ends.</summary>
    Access,

    /// <summary>A jammer's burst begins.</summary>
    Burst,
}

/// <summary>Events by time: a binary heap in which each has a place of its own, so that it can be moved or dropped.</summary>
/// <remarks>Events of the same time come in the order of <see cref="MediumEvent"/>, then of their owners.</remarks>
internal sealed class EventHeap
{
    private const int Kinds = 5;

    private long[] _times = new long[Kinds * 16]; // by id: owner * Kinds + kind
    private int[] _places = NoPlaces(Kinds * 16);
    private int[] _heap = new int[Kinds * 16];
    private int _count;

    /// <summary>When the next event is due; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextNs => _count == 0 ? long.MaxValue : _times[_heap[0]];

    /// <summary>Sets or moves an event.</summary>
    /// <param name="owner">Index of the PPDU, the station, or the jammer.</param>
    public void Set(MediumEvent kind, int owner, long mediumNs)
    {
        int id = (owner * Kinds) + (int)kind;
        if (id >= _times.Length)
            Grow(id);
        _times[id] = mediumNs;
        if (_places[id] < 0)
        {
            _places[id] = _count;
            _heap[_count++] = id;
        }
        Up(_places[id]);
        Down(_places[id]);
    }

    /// <summary>Drops an event, if it is set.</summary>
    public void Clear(MediumEvent kind, int owner)
    {
        int id = (owner * Kinds) + (int)kind;
        if (id < _places.Length && _places[id] >= 0)
            RemoveAt(_places[id]);
    }

    /// <summary>Takes the next event; there must be one.</summary>
    public (MediumEvent Kind, int Owner) Take()
    {
        int id = _heap[0];
        RemoveAt(0);
        return ((MediumEvent)(id % Kinds), id / Kinds);
    }

    private void RemoveAt(int place)
    {
        int last = _heap[--_count];
        _places[_heap[place]] = -1;
        if (place == _count)
            return;
        _heap[place] = last;
        _places[last] = place;
        Up(place);
        Down(_places[last]);
    }

    private void Up(int place)
    {
        while (place > 0 && IsBefore(_heap[place], _heap[(place - 1) / 2]))
        {
            Swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    private void Down(int place)
    {
        while (true)
        {
            int first = place;
            for (int child = (2 * place) + 1; child <= (2 * place) + 2; child++)
            {
                if (child < _count && IsBefore(_heap[child], _heap[first]))
                    first = child;
            }
            if (first == place)
                return;
            Swap(place, first);
            place = first;
        }
    }

    private void Swap(int a, int b)
    {
        (_heap[a], _heap[b]) = (_heap[b], _heap[a]);
        _places[_heap[a]] = a;
        _places[_heap[b]] = b;
    }

    private bool IsBefore(int a, int b) =>
        _times[a] != _times[b] ? _times[a] < _times[b]
        : a % Kinds != b % Kinds ? a % Kinds < b % Kinds
        : a < b;

    private void Grow(int id)
    {
        int old = _times.Length;
        int length = Math.Max(2 * old, id + Kinds);
        Array.Resize(ref _times, length);
        Array.Resize(ref _heap, length);
        Array.Resize(ref _places, length);
        _places.AsSpan(old).Fill(-1);
    }

    private static int[] NoPlaces(int count)
    {
        int[] places = new int[count];
        Array.Fill(places, -1);
        return places;
    }
}
