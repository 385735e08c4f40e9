namespace ShmWifi.Linux;

/// <summary>A libc call failed where the caller cannot go on.</summary>
public sealed class LibCException : IOException
{
    /// <summary>Takes the error number from <see cref="Tmds.Linux.LibC.errno"/>.</summary>
    /// <param name="what">What was tried, with its object: "connect to /run/x.sock".</param>
    public LibCException(string what)
        : this(what, Tmds.Linux.LibC.errno)
    {
    }

    /// <summary>With an error number that is already at hand.</summary>
    /// <param name="what">What was tried, with its object.</param>
    /// <param name="error">The error number, positive.</param>
    public LibCException(string what, int error)
        : base($"{what}: {LibC.strerror(error)}") => Errno = error;

    /// <summary>The error number, positive.</summary>
    public int Errno { get; }

    /// <summary>Passes <paramref name="result"/> on, or throws when it is -1.</summary>
    /// <param name="result">What a libc function returned.</param>
    /// <param name="what">What was tried, with its object.</param>
    public static int ThrowIfFailed(int result, string what) => result == -1 ? throw new LibCException(what) : result;
}
