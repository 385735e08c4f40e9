namespace ShmWifi.Hwsim.Protocol;

/// <summary>mac80211_hwsim is not loaded, or not any more: <see cref="HwsimRegistration.ServeWheneverLoaded"/> waits for it.</summary>
internal sealed class HwsimAbsentException() : HwsimException("this kernel has no mac80211_hwsim: load it by \"modprobe mac80211_hwsim radios=N\"");
