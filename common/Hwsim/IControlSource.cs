namespace ShmWifi.Hwsim;

/// <summary>Who may end the loop, or want something of it between two rounds.</summary>
internal interface IControlSource
{
    /// <summary>For epoll: readable when something is wanted.</summary>
    int Descriptor { get; }

    /// <summary>Whether the loop is to end.</summary>
    bool IsStopWanted { get; }

    /// <summary>The loop's thread was woken by <see cref="Descriptor"/>: do what is wanted, and make it unreadable.</summary>
    void Answer();
}
