using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShmWifi.Configuration;

/// <summary>Writes <see cref="Isolation"/> in JSON as the configuration does: <c>shared</c>, <c>per-vm</c>.</summary>
public sealed class IsolationJson() : JsonStringEnumConverter<Isolation>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

/// <summary>Writes <see cref="LogFormat"/> in JSON as the configuration does: <c>text</c>, <c>json</c>.</summary>
public sealed class LogFormatJson() : JsonStringEnumConverter<LogFormat>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>Writes <see cref="CaptureFormat"/> as the configuration does.</summary>
public sealed class CaptureFormatJson() : JsonStringEnumConverter<CaptureFormat>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
