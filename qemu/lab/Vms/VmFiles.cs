namespace ShmWifi.Lab.Vms;

/// <summary>Files of a VM's folder, whatever runs it.</summary>
internal static class VmFiles
{
    /// <summary>The socket of the serial console.</summary>
    public static string ConsoleSocket(string folder) => Path.Combine(folder, "console");

    /// <summary>All that the serial console ever printed.</summary>
    public static string SerialLog(string folder) => Path.Combine(folder, "serial.log");
}
