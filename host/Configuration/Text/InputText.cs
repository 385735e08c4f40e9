using System.Text;
using ShmWifi.Linux;

namespace ShmWifi.Configuration.Text;

/// <summary>The text of files that people name.</summary>
public static class InputText
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file that is named on a command line: a pipe, too.</summary>
    /// <exception cref="IOException">It is not there, cannot be read, or is longer than <see cref="BoundedFile.MaxBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not this user's to read.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string Read(string path) => Decode(BoundedFile.Read(path));

    /// <summary>Reads a file that a configuration names: a regular one.</summary>
    /// <exception cref="IOException">It cannot be read, is longer than <see cref="BoundedFile.MaxBytes"/>, or no regular file.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static string ReadRegular(string path) => Decode(BoundedFile.ReadRegular(path));

    private static string Decode(ReadOnlySpan<byte> bytes) => s_utf8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
}
