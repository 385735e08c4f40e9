using ShmWifi.Configuration;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Writes all frames that pass to files, a FIFO or a device, on a thread of its own.</summary>
/// <remarks>While a disk is full, frames are left out and counted. Any other write that fails (reader gone, disk broken) ends the capture with a
/// message; the medium goes on.</remarks>
internal sealed class CaptureTap : IDisposable
{
    private const long RetryMs = 1000; // how often a full disk is tried again

    private readonly CaptureConfiguration _configuration;
    private readonly CaptureFiles _files;
    private readonly Action<string> _warn;
    private readonly Thread _thread;
    private readonly byte[] _frame = new byte[Abi.SlotPayloadSize];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CaptureFile? _file;
    private bool _isStream;
    private bool _isFull;
    private bool _wasFullTold;
    private long _retryAtMs;
    private long _framesBefore; // in the files before this one
    private volatile bool _isStopping;
    private volatile string? _stopped;
    private volatile string _path;
    private long _frames;
    private long _noSpace;
    private int _fileCount;

    /// <summary>A capture that does not run yet.</summary>
    /// <param name="configuration">Its file, or a FIFO that is there; a FIFO waits for its reader.</param>
    /// <param name="warn">Told what went wrong: that the disk is full, once, or why the capture ended early.</param>
    public CaptureTap(CaptureConfiguration configuration, Action<string> warn)
    {
        _configuration = configuration;
        _files = new CaptureFiles(configuration, warn);
        _path = configuration.File;
        _warn = warn;
        Tap = new FrameTap { Selection = configuration.Selection };
        _thread = new Thread(Run) { Name = "capture", IsBackground = true };
    }

    /// <summary>What makes the frames' times ones since 1970.</summary>
    public long UnixFromMonotonicNs { get; init; } = Linux.MonotonicClock.UnixOffsetNs;

    /// <summary>What it was made with.</summary>
    public CaptureConfiguration Configuration => _configuration;

    /// <summary>Ends when its first file is open, or when that cannot be; a FIFO waits for its reader.</summary>
    public Task Opened => _opened.Task;

    /// <summary>What the engine offers frames to.</summary>
    public FrameTap Tap { get; }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>For snapshots.</summary>
    public CaptureSnapshot Describe()
    {
        string? stopped = _stopped;
        long frames = Volatile.Read(ref _frames), tooSlow = Tap.Lost, noSpace = Volatile.Read(ref _noSpace);
        long afterStop = stopped is null ? 0 : Tap.Offered - frames - tooSlow - noSpace;
        return new CaptureSnapshot(_path, frames, tooSlow + noSpace + afterStop, stopped)
        {
            Files = Volatile.Read(ref _fileCount),
            LeftOut = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["tooSlow"] = tooSlow,
                ["noSpace"] = noSpace,
                ["stopped"] = afterStop,
            },
        };
    }

    /// <summary>Writes what waits, and ends the thread. Call it when the engine offers nothing more.</summary>
    /// <returns>False: it still waits for a FIFO's reader.</returns>
    public bool End()
    {
        _isStopping = true;
        Tap.Wake();
        return !_thread.IsAlive || _thread.Join(TimeSpan.FromSeconds(5));
    }

    /// <inheritdoc cref="End"/>
    public void Dispose()
    {
        if (End()) // else the process ends without it
            Tap.Dispose();
    }

    private void Run()
    {
        try
        {
            _isStream = CaptureFiles.IsStream(_configuration.File);
            if (!_isStream && _files.Newest is { } last)
                _ = Task.Run(() => Mend(last)); // beside the first frames: a long file takes a second
            while (true)
            {
                bool isLast = _isStopping;
                if (_file is null)
                    _ = TryOpen();
                _opened.TrySetResult();
                bool any = false;
                while (Tap.TryTake(_frame, out var frame))
                {
                    Write(in frame);
                    any = true;
                }
                if (any || _isFull)
                    Flush(isLast);
                if (isLast)
                    return;
                Tap.Wait();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Publish();
            Tap.IsClosed = true;
            _stopped = exception.Message;
            _warn($"capture to {_path} stopped after {_frames} frames: {exception.Message}");
        }
        finally
        {
            _opened.TrySetResult();
            if (_stopped is null)
                Volatile.Write(ref _noSpace, _noSpace + (_file?.WaitingFrames ?? 0));
            _file?.Dispose();
        }
    }

    /// <summary>Has the file of a daemon, or an engine, that was killed end with a whole record.</summary>
    private void Mend(string path)
    {
        try
        {
            long torn = TornCapture.Mend(path);
            if (torn != 0)
                _warn($"capture: {path} ended within a record, since its writer was killed: {torn} bytes are cut off");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another writes to it, or it is gone: there is nothing of ours to mend.
        }
    }

    private void Write(in TappedFrame frame)
    {
        bool isWritten = (!_isFull || IsTimeToRetry()) && TryOpen() && _file!.TryWrite(in frame, _frame.AsSpan(0, frame.Length));
        if (!isWritten)
        {
            Volatile.Write(ref _noSpace, _noSpace + 1);
            OnFull();
        }
    }

    /// <summary>Has a file to be open that is neither too long nor too old.</summary>
    private bool TryOpen()
    {
        if (_file is not null && (_isStream || !IsOver(_file)))
            return true;
        if (_file is not null && !_file.TryFlush())
            return false;
        CaptureFile? next = null;
        try
        {
            next = new CaptureFile(OpenNext(), _configuration.Format, UnixFromMonotonicNs);
            if (_file is not null)
                next.Continue(_file);
        }
        catch (IOException exception) when (CaptureFile.IsNoSpace(exception))
        {
            next?.Dispose();
            if (next is not null)
                File.Delete(next.Path);
            OnFull();
            return false;
        }
        _framesBefore += _file?.Frames ?? 0;
        _file?.Dispose();
        _file = next;
        _path = next.Path;
        Volatile.Write(ref _fileCount, _fileCount + 1);
        return true;
    }

    private FileStream OpenNext() => _isStream
        ? new FileStream(_configuration.File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)
        : _files.OpenNext();

    private bool IsOver(CaptureFile file) => file.Length >= _configuration.FileSize || file.Age >= _configuration.Duration;

    private void Flush(bool isLast)
    {
        if (_isFull && !isLast && !IsTimeToRetry())
            return;
        if (_file is null || !_file.TryFlush())
            OnFull();
        else
            _isFull = false;
        Publish();
    }

    private bool IsTimeToRetry() => Environment.TickCount64 >= _retryAtMs;

    private void OnFull()
    {
        if (!_isFull || IsTimeToRetry())
            _retryAtMs = Environment.TickCount64 + RetryMs;
        _isFull = true;
        if (_wasFullTold)
            return;
        _wasFullTold = true;
        _warn($"capture to {_path}: no space is left; frames are left out, and counted, while that is so");
    }

    private void Publish() => Volatile.Write(ref _frames, _framesBefore + (_file?.Frames ?? 0));
}
