using System.Net;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

/// <summary>Where a TCP listener of the daemon is: a port of this machine alone, or an address and port.</summary>
public static class ListenAddress
{
    /// <summary>Port of the map in a browser, unless another is given.</summary>
    public const int WebPort = 8053;

    /// <summary>What errors say is allowed.</summary>
    public const string Allowed = "a port from 1 to 65535, of this machine alone, or an address and port (0.0.0.0:9464)";

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out IPEndPoint at)
    {
        if (ushort.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port))
            at = new IPEndPoint(IPAddress.Loopback, port);
        else
            at = IPEndPoint.TryParse(text, out var parsed) ? parsed : new IPEndPoint(IPAddress.None, 0);
        return at.Port != 0;
    }

    /// <summary>Reads one; null: it is not there, or is wrong, which is among the errors then.</summary>
    internal static IPEndPoint? Read(Section section, string key, ErrorList errors)
    {
        if (section.Scalar(key, Allowed) is not { } scalar)
            return null;
        if (TryParse(scalar.Value, out var at))
            return at;
        errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {Allowed}");
        return null;
    }
}
