namespace ShmWifi.ShmMedium.Ports;

/// <summary>Gives the engine its ports: the server that VMs connect to, or this machine's own radios.</summary>
internal interface IPortServer : IDisposable
{
    /// <summary>Starts. The engine runs already.</summary>
    /// <exception cref="IOException">What is served cannot be.</exception>
    void Start();
}
