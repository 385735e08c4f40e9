using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Cli;

/// <summary>Standard input as a terminal that passes every key on, until disposed; no effect on what is no terminal.</summary>
/// <remarks>By libc and not by stty: .NET undoes what a child process does to the terminal.</remarks>
internal sealed unsafe class RawTerminal : IDisposable
{
    private readonly termios _before;
    private readonly bool _isTerminal;

    /// <summary>Switches it.</summary>
    public RawTerminal()
    {
        termios settings;
        _isTerminal = tcgetattr(0, &settings) == 0;
        if (!_isTerminal)
            return;
        _before = settings;
        cfmakeraw(&settings);
        _ = tcsetattr(0, (int)TCSADRAIN, &settings);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var settings = _before;
        if (_isTerminal)
            _ = tcsetattr(0, (int)TCSADRAIN, &settings);
    }
}
