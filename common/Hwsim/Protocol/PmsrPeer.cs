using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>A peer that a radio is to measure by FTM.</summary>
/// <param name="FreqMhz">Centre of the primary channel, MHz.</param>
/// <param name="BandwidthMhz">Of the channel: 20, 40, 80 or 160; 20 where the request names another.</param>
/// <param name="Ftms">FTM frames that are asked for; 0: no preference.</param>
/// <param name="FtmrRetries">How often the FTM Request may be sent again.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PmsrPeer(MacAddress Address, uint FreqMhz, int BandwidthMhz, int Ftms, int FtmrRetries);
