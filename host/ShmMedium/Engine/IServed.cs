namespace ShmWifi.ShmMedium.Engine;

/// <summary>A guest without rings of its own: a round of the engine takes what it sent, then brings what it gets, then wakes it.</summary>
/// <remarks>Each of these for all guests before the next: one that is woken may take the engine's core at once.</remarks>
internal interface IServed
{
    /// <summary>Moves what the guest has sent to its port's rings, a batch at most; in virtual time while no guest runs.</summary>
    /// <returns>Whether there was anything.</returns>
    bool TakeSent();

    /// <summary>Moves what its port got to the guest, a batch at most.</summary>
    /// <returns>Whether there was anything.</returns>
    bool Deliver();

    /// <summary>Interrupts the guest, if it wants that for what it got.</summary>
    void Interrupt();

    /// <summary>In virtual time, after all guests were interrupted: waits until the guest knows when it will run.</summary>
    void AwaitInterrupted();

    /// <summary>Asks the guest to wake the engine.</summary>
    /// <returns>Whether it may sleep: nothing has come meanwhile.</returns>
    bool TryArm();
}
