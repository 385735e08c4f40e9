using System.Text;

namespace ShmWifi.Linux;

/// <summary>Text as libc takes it.</summary>
public static class CString
{
    /// <summary>UTF-8, with a NUL at its end.</summary>
    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
