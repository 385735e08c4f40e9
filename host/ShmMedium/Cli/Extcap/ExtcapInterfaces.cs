using System.Text.Json;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Cli.Ctl;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.ShmMedium.Cli.Extcap;

/// <summary>What Wireshark lists: the medium, each VM, and each radio, as <c>shmwifi</c>, <c>shmwifi:ap</c>, <c>shmwifi:ap:phy0</c>.</summary>
internal static class ExtcapInterfaces
{
    private const string Medium = "shmwifi";

    /// <summary>The sentences that Wireshark reads, one a line.</summary>
    /// <param name="daemon">Null: there is none here; the medium of another host's may be wanted.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(ControlClient? daemon, CancellationToken cancellation)
    {
        string version = typeof(ExtcapInterfaces).Assembly.GetName().Version!.ToString(3);
        List<string> lines =
        [
            $"extcap {{version={version}}}{{display=ShmWifi}}",
            Sentence(Medium, daemon is null ? "of another host" : "the medium"),
        ];
        foreach (var vm in (await ReadRadiosAsync(daemon, cancellation)).GroupBy(r => r.Vm))
        {
            lines.Add(Sentence($"{Medium}:{vm.Key}", $"VM {vm.Key}"));
            foreach (var radio in vm)
            {
                string name = RadioPattern.TryParse(radio.Radio, out _) ? radio.Name : $"radio{radio.Number}"; // a guest may call it anything
                lines.Add(Sentence($"{Medium}:{vm.Key}:{name}", $"radio {vm.Key}/{name}"));
            }
        }
        lines.AddRange(ExtcapToolbar.Description.Split('\n'));
        return lines;
    }

    /// <summary>The radios that an interface is of, as the API names them.</summary>
    /// <returns>False: it is none of ours.</returns>
    public static bool TryGetRadio(string name, out RadioPattern radio)
    {
        radio = RadioPattern.Any;
        const string Prefix = Medium + ":";
        return name == Medium
            || (name.StartsWith(Prefix, StringComparison.Ordinal) && RadioPattern.TryParse(name[Prefix.Length..].Replace(':', '/'), out radio));
    }

    private static async Task<RadioState[]> ReadRadiosAsync(ControlClient? daemon, CancellationToken cancellation)
    {
        if (daemon is null)
            return [];
        string answer = await daemon.SendAsync(HttpMethod.Get, "radios", body: null, cancellation);
        return JsonSerializer.Deserialize(answer, ControlJson.Default.RadioStateArray)!;
    }

    private static string Sentence(string value, string display) => $"interface {{value={value}}}{{display=ShmWifi: {display}}}";
}
