using System.Globalization;
using ShmWifi.Configuration;
using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>The files of a capture on disk: <c>medium_00001_20261126213800.pcapng</c> and so on, named as dumpcap names those of its ring.</summary>
/// <remarks>
/// Numbers go on from run to run: none is used again, and no file is written again. The oldest are removed, those of earlier runs among them,
/// so that there are never more than the configuration allows. The configured path is a symbolic link to the newest. A file that is in its
/// place, as versions before wrote it, becomes one of them. Mode 0640.
/// </remarks>
/// <param name="warn">Told what does not end the capture.</param>
internal sealed class CaptureFiles(CaptureConfiguration configuration, Action<string> warn)
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const string TimeFormat = "yyyyMMddHHmmss";

    private readonly string _folder = Path.GetDirectoryName(configuration.File)!;
    private readonly string _prefix = Path.GetFileNameWithoutExtension(configuration.File) + "_";
    private readonly string _extension = Path.GetExtension(configuration.File);

    /// <summary>Whether a path is no file's but that of a FIFO or a device, which has no size, and nothing to remove.</summary>
    public static bool IsStream(string path) => FileTypes.Of(path) is not (FileType.None or FileType.Regular or FileType.Folder);

    /// <summary>The newest, of this run or an earlier one; null: there is none.</summary>
    public string? Newest => Directory.Exists(_folder) && List() is [.., var (_, path)] ? path : null;

    /// <summary>Makes the next file, when the oldest are gone that would be too many with it.</summary>
    /// <exception cref="IOException">There is no space for it, or no folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to, or an old file not removed.</exception>
    public FileStream OpenNext()
    {
        if (Directory.Exists(configuration.File))
            throw new IOException($"{configuration.File} is a folder; give a file in it");
        SetAside();
        var files = List();
        foreach (var (_, old) in files.SkipLast(configuration.Files - 1))
            File.Delete(old);
        string path = NameOf(NextOf(files), DateTime.Now);
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            if (configuration.Group is { } group)
                Accounts.Give(path, uid: null, Accounts.GroupId(group) ?? throw new IOException($"capture's group {group}: no such group"));
            File.SetUnixFileMode(stream.SafeFileHandle, OwnerAndGroup);
            PointTo(path);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>By number.</summary>
    private List<(int Number, string Path)> List()
    {
        List<(int Number, string Path)> files = [];
        foreach (string path in Directory.EnumerateFiles(_folder))
        {
            string name = Path.GetFileName(path);
            if (!name.StartsWith(_prefix, StringComparison.Ordinal) || !name.EndsWith(_extension, StringComparison.Ordinal)
                || name.Length <= _prefix.Length + _extension.Length)
                continue;
            string[] parts = name[_prefix.Length..^_extension.Length].Split('_');
            if (parts is [{ Length: >= 5 } number, { Length: 14 } time]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && DateTime.TryParseExact(time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                files.Add((count, path));
        }
        files.Sort();
        return files;
    }

    private static int NextOf(List<(int Number, string Path)> files) => files.Count == 0 ? 1 : files[^1].Number + 1;

    private string NameOf(int number, DateTime time) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_prefix}{number:00000}_{time:yyyyMMddHHmmss}{_extension}"));

    private void SetAside()
    {
        var there = new FileInfo(configuration.File);
        if (there is { Exists: true, LinkTarget: null })
            File.Move(configuration.File, NameOf(NextOf(List()), there.LastWriteTime));
    }

    /// <summary>Has the configured path lead to the newest file: a link of the same folder, put in place at once.</summary>
    private void PointTo(string newest)
    {
        string link = configuration.File + ".new";
        try
        {
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.GetFileName(newest));
            File.Move(link, configuration.File, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"capture: {configuration.File} is no link to the newest file, {newest}: {exception.Message}");
        }
    }
}
