namespace ShmWifi.Lab.Processes;

/// <summary>A process that cannot be taken for a later one with the same ID.</summary>
/// <param name="StartTime">Field 22 of /proc/ID/stat: ticks after boot.</param>
internal sealed record ProcessIdentity(int Id, long StartTime)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current => Of(Environment.ProcessId)!;

    /// <summary>Whether it still runs.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsAlive => Of(Id) == this;

    /// <summary>The process that has an ID now; null when none has, or it is a zombie.</summary>
    public static ProcessIdentity? Of(int id)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null; // no such process, or it ended while we read
        }

        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from field 3 on; the name may hold spaces
        return fields[0] == "Z" ? null : new ProcessIdentity(id, long.Parse(fields[19]));
    }
}
