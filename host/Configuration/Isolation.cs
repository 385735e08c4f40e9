namespace ShmWifi.Configuration;

/// <summary>How much of the shared memory a VM sees.</summary>
public enum Isolation
{
    /// <summary>One region for all VMs; a frame is read where its sender's kernel wrote it. Written <c>shared</c>.</summary>
    Shared,

    /// <summary>A region for each VM; the host copies what the VM receives into it. Written <c>per-vm</c>.</summary>
    PerVm,
}
