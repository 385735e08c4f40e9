using System.Globalization;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>Users and groups by name or number, and files that are given to them.</summary>
public static unsafe class Accounts
{
    private static readonly Lock s_lookUp = new(); // getpwuid(3) answers in memory that the next call writes

    /// <summary>The number of a user that is called so; null: none is.</summary>
    public static uint? UserId(string name) => getpwnam(name) is var entry && entry != null ? entry->pw_uid : Number(name);

    /// <summary>The number of a group that is called so; null: none is.</summary>
    public static uint? GroupId(string name) => getgrnam(name) is var entry && entry != null ? entry->gr_gid : Number(name);

    /// <summary>The groups of a user, as at a login; of one that has no name: none.</summary>
    public static IReadOnlyList<uint> GroupsOf(uint uid)
    {
        lock (s_lookUp)
        {
            var entry = getpwuid(uid);
            if (entry == null)
                return [];
            int count = 64;
            while (true)
            {
                uint[] groups = new uint[count];
                fixed (uint* first = groups)
                {
                    if (getgrouplist(entry->pw_name, entry->pw_gid, first, &count) >= 0)
                        return groups[..count];
                }
                if (count <= groups.Length)
                    return [];
            }
        }
    }

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
