using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>A frame that waits for its status, as it is written down.</summary>
/// <param name="Cookie">hwsim's.</param>
/// <param name="Rates">Its retry chain.</param>
/// <param name="Transmitter">Its radio, as hwsim names it; zeroes: there is no frame.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SentFrame(ulong Cookie, TxRates Rates, MacAddress Transmitter);
