using System.Globalization;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>Users and groups by name or number, and files that are given to them.</summary>
public static unsafe class Accounts
{
    /// <summary>The number of a user that is called so; null: none is.</summary>
    public static uint? UserId(string name) => getpwnam(name) is var entry && entry != null ? entry->pw_uid : Number(name);

    /// <summary>The number of a group that is called so; null: none is.</summary>
    public static uint? GroupId(string name) => getgrnam(name) is var entry && entry != null ? entry->gr_gid : Number(name);

    /// <summary>Gives a file to a user, a group or both; null: as it is.</summary>
    /// <exception cref="LibCException">It may not be given away.</exception>
    public static void Give(string path, uint? uid, uint? gid)
    {
        const uint Unchanged = uint.MaxValue;
        fixed (byte* name = CString.Of(path))
            LibCException.ThrowIfFailed(chown(name, uid ?? Unchanged, gid ?? Unchanged), $"give {path} to its user and group");
    }

    private static uint? Number(string name) => uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : null;
}
