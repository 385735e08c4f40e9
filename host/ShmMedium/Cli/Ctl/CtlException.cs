namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary>The daemon refused, or is not there.</summary>
#pragma warning disable CA1032 // It is for people: a message is all of it.
internal sealed class CtlException(string message) : Exception(message);
#pragma warning restore CA1032
