namespace ShmWifi.Hwsim.Protocol;

/// <summary>hwsim's virtio front end. While a virtio device is bound to it, all frames of
/// the kernel's radios go there, whoever is registered.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, mac80211_hwsim_tx_frame_nl, virtio_hwsim.</remarks>
internal static class VirtioFrontEnd
{
    private const string DriverPath = "/sys/bus/virtio/drivers/mac80211_hwsim";

    /// <summary>Why no frame would come to whoever registers now, and what to do; null: nothing is in the way.</summary>
    /// <param name="driverPath">The front end's folder in sysfs.</param>
    public static string? FindObstacle(string driverPath = DriverPath)
    {
        if (!Directory.Exists(driverPath) || Directory.EnumerateDirectories(driverPath, "virtio*").Order(StringComparer.Ordinal).FirstOrDefault()
            is not { } entry)
            return null;
        string device = Path.GetFileName(entry);
        string obstacle = $"the virtio device {device} takes the frames of all mac80211_hwsim radios, so none would come here";
        // shmwifi.ko makes its virtio device a child of its PCI device, whose attribute "datapath" says where frames are moved.
        string target = Directory.ResolveLinkTarget(entry, returnFinalTarget: true)?.FullName ?? entry;
        string? parent = Path.GetDirectoryName(target);
        return File.Exists($"{parent}/datapath")
            ? $"{obstacle}: the datapath of shmwifi's device {Path.GetFileName(parent)} is \"kernel\", and the module moves the frames itself; to "
                + $"have them come here, set the radios' interfaces down and run \"echo user "
                + $">/sys/bus/pci/drivers/shmwifi/{Path.GetFileName(parent)}/datapath\""
            : $"{obstacle}; take it away from the driver by \"echo {device} >{driverPath}/unbind\"";
    }
}
