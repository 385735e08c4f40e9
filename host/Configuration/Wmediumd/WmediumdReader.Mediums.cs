using ShmWifi.Configuration.Medium;

namespace ShmWifi.Configuration.Wmediumd;

// Who is on which medium: ifaces.medium_array, of Mininet-WiFi's wmediumd.
internal sealed partial class WmediumdReader
{
    /// <summary>dB: so weak that nothing of it is received, sensed or in the way.</summary>
    private const double ApartSnrDb = -50;

    /// <summary>The links, without and with those between radios of different mediums, which do not hear each other.</summary>
    private IReadOnlyList<LinkConfiguration> Part(LibconfigGroup ifaces, IReadOnlyList<LinkConfiguration> links)
    {
        bool follows = ifaces.Settings.GetValueOrDefault("enable_medium_detection") is LibconfigBoolean { Value: true };
        if (!ifaces.Settings.TryGetValue("medium_array", out var node))
        {
            if (follows)
            {
                var at = ifaces.Settings["enable_medium_detection"];
                errors.Add(at.Line, at.Column, "'ifaces.enable_medium_detection' puts stations on the medium of whom they associate with, as it runs,"
                    + " which our configuration cannot say; leave it out, or say by 'ifaces.medium_array' who hears whom");
            }

            return links;
        }

        int[] mediums = ReadMediums(node);
        if (errors.Any)
            return links;
        Warn(node, "wmediumd puts a station on the medium of whom it associates with; here who is on different ones stays there");
        var radios = _radios.Select((radio, i) => (radio, mediums[i])).ToDictionary();
        return
        [
            .. links.Where(l => !radios.TryGetValue(l.From, out int from) || !radios.TryGetValue(l.To, out int to) || from == to),
            .. _radios.SelectMany((from, i) => _radios.Skip(i + 1).Where(to => radios[to] != radios[from])
                .Select(to => new LinkConfiguration(from, to) { SnrDb = ApartSnrDb })),
        ];
    }

    /// <summary>Of each radio the number of its list, from 1; 0: it is in none.</summary>
    private int[] ReadMediums(LibconfigNode node)
    {
        int[] mediums = new int[_radios.Count];
        if (node is not LibconfigList lists)
        {
            errors.Add(node.Line, node.Column, $"'ifaces.medium_array' is {node.Kind}; it must be a list of lists of indices of 'ids'");
            return mediums;
        }

        for (int medium = 1; medium <= lists.Items.Count; medium++)
        {
            var list = lists.Items[medium - 1];
            if (list is not LibconfigList { Items: var members })
            {
                errors.Add(list.Line, list.Column, $"this one of 'ifaces.medium_array' is {list.Kind}; it must be a list of indices of 'ids'");
                continue;
            }

            foreach (var member in members)
            {
                if (Index(member) is >= 0 and var radio)
                    mediums[radio] = medium;
            }
        }

        return mediums;
    }
}
