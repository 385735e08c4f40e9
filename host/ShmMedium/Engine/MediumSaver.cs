using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Writes the medium for the engine after this one, each time that it changed, on threads of the pool.</summary>
/// <param name="file">Of the configuration file's medium, <see cref="SavedMedium.HashOf"/>.</param>
internal sealed class MediumSaver(MediumLedger ledger, string file) : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock _writing = new();
    private SavedMedium? _latest; // that is not written yet
    private bool _isDisposed;

    /// <summary>Has the medium written soon. The engine's thread: costs no text, and waits for nobody.</summary>
    public void Offer(SavedMedium saved)
    {
        Volatile.Write(ref _latest, saved);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Writes what was offered last, or waits until it is written.</summary>
    /// <exception cref="IOException">No memory: the next engine would have the medium as it was before.</exception>
    public void Write()
    {
        lock (_writing)
        {
            if (_isDisposed || Volatile.Read(ref _latest) is not { } saved)
                return;
            ledger.Write(saved.ToText(file));
            Interlocked.CompareExchange(ref _latest, null, saved); // unless there is a later one
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        try
        {
            Write();
        }
        catch (IOException)
        {
            // Who made the change is told by its own Write; a schedule has nobody to tell, and the next change is written anew.
        }
    }

    /// <summary>Writes nothing more.</summary>
    public void Dispose()
    {
        lock (_writing)
            _isDisposed = true;
    }
}
