using System.Globalization;
using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>What sysfs says of a wiphy of hwsim.</summary>
/// <param name="Index">nl80211's number for it.</param>
/// <param name="PermanentAddress">addresses[0].</param>
/// <param name="Transmitter">addresses[1], by which hwsim's messages name it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Wiphy(uint Index, MacAddress PermanentAddress, MacAddress Transmitter)
{
    /// <summary>Has a folder for each wiphy of the network namespace in which it was mounted.</summary>
    public const string ClassPath = "/sys/class/ieee80211";

    /// <summary>Reads one.</summary>
    /// <param name="classPath">sysfs's ieee80211 folder.</param>
    /// <param name="name">"phy0".</param>
    /// <returns>Null when it has no files: it is going, or not yet registered.</returns>
    public static Wiphy? Find(string classPath, string name)
    {
        try
        {
            string[] addresses = File.ReadAllLines(Path.Combine(classPath, name, "addresses")); // one a line
            return addresses.Length >= 2
                && MacAddress.TryParse(addresses[0].AsSpan().Trim(), out var permanent)
                && MacAddress.TryParse(addresses[1].AsSpan().Trim(), out var transmitter)
                && uint.TryParse(File.ReadAllText(Path.Combine(classPath, name, "index")).AsSpan().Trim(), NumberStyles.None,
                    CultureInfo.InvariantCulture, out uint index)
                ? new Wiphy(index, permanent, transmitter)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
