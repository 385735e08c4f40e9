using System.Text.Json;

namespace ShmWifi.Configuration;

/// <summary>The state file of this process. Disposing removes it.</summary>
public sealed class DaemonStateFile : IDisposable
{
    private readonly string _path;
    private readonly DaemonState _state;

    private DaemonStateFile(string path, DaemonState state) => (_path, _state) = (path, state);

    /// <summary>Writes a state file: a reader sees the old one or the new one, whole.</summary>
    /// <param name="path">The file; its folder is made (0755) when missing.</param>
    /// <exception cref="IOException">The daemon of another process publishes there, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write in.</exception>
    public static DaemonStateFile Publish(string path, DaemonState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (DaemonState.TryRead(path) is { State: { } other } && other.Pid != state.Pid)
            throw new IOException($"another shm-medium, process {other.Pid}, publishes its state in '{path}'; give this one its own by --state FILE");

        const UnixFileMode ReadableToAll =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        MakeFolder(path);
        string unfinished = $"{path}.{state.Pid}";
        try
        {
            using (var stream = new FileStream(
                unfinished,
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = ReadableToAll }))
            {
                JsonSerializer.Serialize(stream, state, DaemonStateJson.Default.DaemonState);
            }

            File.SetUnixFileMode(unfinished, ReadableToAll); // Whatever the umask is.
            File.Move(unfinished, path, overwrite: true);
            return new(path, state);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Makes the folder of a state file (0755) when it is missing.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder is not ours to write in.</exception>
    public static void MakeFolder(string path)
    {
        const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, Folder);
    }

    /// <summary>Removes the file, unless another daemon has taken it over.</summary>
    public void Dispose()
    {
        if (DaemonState.TryRead(_path) is { State: { } now } && now.Pid == _state.Pid)
            File.Delete(_path);
    }
}
