using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ShmWifi.ShmInjector;

/// <summary>Radios as text, for people and for programs.</summary>
internal static class RadioReport
{
    /// <summary>"phy0 02:53:57:00:01:00 wlan0"; a dash when it has no interface.</summary>
    public static string FormatLine(ListedRadio radio) =>
        $"{radio.Radio.Name} {radio.Address} "
            + $"{(radio.Interfaces.Count == 0 ? "-" : string.Join(',', radio.Interfaces.Select(static one => one.Name)))}";

    /// <summary>A line for titles, and one for each radio.</summary>
    public static string FormatTable(IReadOnlyList<ListedRadio> radios)
    {
        string[][] rows =
        [
            ["NAME", "ID", "ADDRESS", "TRANSMITTER", "INTERFACES"],
            .. radios.Select(static radio => new[]
            {
                radio.Radio.Name,
                radio.Radio.Id.ToString(CultureInfo.InvariantCulture),
                radio.Address.ToString(),
                radio.Transmitter.ToString(),
                radio.Interfaces.Count == 0
                    ? "-"
                    : string.Join(", ", radio.Interfaces.Select(static one => $"{one.Name} {(one.IsUp ? "up" : "down")}")),
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    /// <summary>An object, on one line.</summary>
    public static string FormatJson(ListedRadio radio)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("name", radio.Radio.Name);
            json.WriteNumber("id", radio.Radio.Id);
            json.WriteString("address", radio.Address.ToString());
            json.WriteString("transmitter", radio.Transmitter.ToString());
            json.WriteStartArray("interfaces");
            foreach (var one in radio.Interfaces)
            {
                json.WriteStartObject();
                json.WriteString("name", one.Name);
                json.WriteString("address", one.Address.ToString());
                json.WriteBoolean("up", one.IsUp);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
