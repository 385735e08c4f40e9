namespace ShmWifi.Dot11.Frames;

/// <summary>The elements of a management frame, one by one, up to the first that is cut off.</summary>
/// <remarks>Source: IEEE 802.11-2020 clause 9.4.2.1.</remarks>
public ref struct FrameElements(ReadOnlySpan<byte> elements)
{
    private ReadOnlySpan<byte> _rest = elements;

    /// <summary>The element.</summary>
    public FrameElement Current { get; private set; }

    /// <summary>Itself: for <c>foreach</c>.</summary>
    public readonly FrameElements GetEnumerator() => this;

    /// <summary>Goes on to the next.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < 2 || _rest.Length - 2 < _rest[1])
            return false;
        Current = new FrameElement(_rest[0], _rest.Slice(2, _rest[1]));
        _rest = _rest[(2 + Current.Content.Length)..];
        return true;
    }
}

/// <summary>An element.</summary>
/// <param name="id">Element ID.</param>
/// <param name="content">What follows its length.</param>
public readonly ref struct FrameElement(byte id, ReadOnlySpan<byte> content)
{
    /// <summary>Element ID.</summary>
    public byte Id { get; } = id;

    /// <summary>What follows its length; 255's begins with the Element ID Extension.</summary>
    public ReadOnlySpan<byte> Content { get; } = content;
}
