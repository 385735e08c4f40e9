using System.Xml.Linq;

namespace ShmWifi.IvshmemArgs;

/// <summary>The device element of a libvirt domain.</summary>
internal static class LibvirtXml
{
    /// <summary>A <c>shmem</c> element, to stand in the domain's <c>devices</c>.</summary>
    /// <param name="socketPath">Where the daemon listens for this VM. Libvirt doubles its commas itself.</param>
    /// <remarks>The size comes from the daemon, and a role exists for ivshmem-plain only, so neither is there. Source: libvirt's
    /// formatdomain, "Shared memory device"; src/conf/schemas/domaincommon.rng, define shmem.</remarks>
    /// <exception cref="ArgumentException">QEMU could not use the path.</exception>
    public static string For(string socketPath)
    {
        if (QemuLimits.SocketProblem(socketPath) is { } problem)
            throw new ArgumentException(problem, nameof(socketPath));
        return new XElement(
            "shmem",
            new XAttribute("name", IvshmemArguments.ChardevId),
            new XElement("model", new XAttribute("type", "ivshmem-doorbell")),
            new XElement("server", new XAttribute("path", socketPath)),
            new XElement("msi", new XAttribute("vectors", 1), new XAttribute("ioeventfd", "on"))).ToString();
    }
}
