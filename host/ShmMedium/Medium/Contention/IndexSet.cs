using System.Numerics;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>Indices, a bit each: they come in their order, and sets of a thousand are joined in a few ns.</summary>
/// <param name="capacity">All are below.</param>
internal sealed class IndexSet(int capacity)
{
    private ulong[] _words = new ulong[WordsOf(capacity)];

    /// <summary>Makes room for higher indices.</summary>
    public void Grow(int capacity) => Array.Resize(ref _words, WordsOf(capacity));

    /// <summary>Whether it is in the set.</summary>
    public bool Contains(int index) => (_words[index >> 6] & (1UL << index)) != 0;

    /// <summary>Adds it.</summary>
    /// <returns>False: it was there.</returns>
    public bool Add(int index)
    {
        ref ulong word = ref _words[index >> 6];
        ulong before = word;
        word |= 1UL << index;
        return word != before;
    }

    /// <summary>Removes it, if it is there.</summary>
    public void Remove(int index) => _words[index >> 6] &= ~(1UL << index);

    /// <summary>Removes all.</summary>
    public void Clear() => Array.Clear(_words);

    /// <summary>Adds all of another set of the same capacity.</summary>
    public void Add(IndexSet others)
    {
        ulong[] words = _words;
        for (int i = 0; i < words.Length; i++)
            words[i] |= others._words[i];
    }

    /// <summary>Adds what two other sets of the same capacity share.</summary>
    public void AddShared(IndexSet a, IndexSet b)
    {
        ulong[] words = _words;
        for (int i = 0; i < words.Length; i++)
            words[i] |= a._words[i] & b._words[i];
    }

    /// <summary>All, in their order. Those that are added meanwhile may come or not.</summary>
    public Enumerator GetEnumerator() => new(_words);

    private static int WordsOf(int capacity) => (capacity + 63) >> 6;

    /// <summary>Walks a set.</summary>
    public ref struct Enumerator(ulong[] words)
    {
        private ulong _rest;
        private int _next; // word

        /// <summary>Where it is.</summary>
        public int Current { get; private set; }

        /// <summary>Goes on.</summary>
        public bool MoveNext()
        {
            while (_rest == 0)
            {
                if (_next == words.Length)
                    return false;
                _rest = words[_next++];
            }
            Current = ((_next - 1) << 6) + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
