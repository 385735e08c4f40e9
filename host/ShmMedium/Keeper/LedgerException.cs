namespace ShmWifi.ShmMedium.Keeper;

/// <summary>An engine cannot go on with what the one before has left.</summary>
internal sealed class LedgerException(string message) : IOException(message);
