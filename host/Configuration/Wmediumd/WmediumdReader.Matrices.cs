using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Configuration.Wmediumd;

// The first wmediumd, cozybit's: a matrix of losses for each rate, and jammed radios. It knows no time, and draws each attempt, as our links do.
// Source: github.com/cozybit/wmediumd, c13aaeb, wmediumd/config.c, load_config(); probability.c, find_prob_by_addrs_and_rate().
internal sealed partial class WmediumdReader
{
    private MediumConfiguration ReadMatrices(LibconfigGroup prob, MediumConfiguration medium)
    {
        CheckKeys(prob, "prob.");
        if (errorTable is not null)
            errors.Add(prob.Line, prob.Column, "'prob' has losses, whatever the signal; a table of error rates has no place here: leave --per out");
        if (prob.Settings.GetValueOrDefault("matrix_list") is not LibconfigList { Items: { Count: > 0 } matrices })
        {
            errors.Add(prob.Line, prob.Column, "'prob.matrix_list' is missing, or no list: a matrix of losses for each rate");
            return medium;
        }

        List<LibconfigList> read = [];
        int size = _radios.Count;
        foreach (var matrix in matrices)
        {
            if (matrix is LibconfigList list && list.Items.Count == size * size)
                read.Add(list);
            else
                errors.Add(matrix.Line, matrix.Column,
                    $"this one of 'prob.matrix_list' is {(matrix is LibconfigList other ? $"a list of {other.Items.Count}" : matrix.Kind)}; it must "
                    + $"be a list of {size * size}: a row for each receiver, in it a loss for each sender");
        }

        if (errors.Any)
            return medium;
        var losses = LossesOf(read);
        return medium with { Timing = Timing.Instant, Links = [.. Directions(losses, (link, loss) => link with { Loss = loss })] };
    }

    private Dictionary<(int From, int To), double> LossesOf(List<LibconfigList> matrices)
    {
        var losses = new Dictionary<(int From, int To), double>();
        int size = _radios.Count;
        for (int place = 0; place < size * size && !errors.Any; place++)
        {
            (int to, int from) = Math.DivRem(place, size);
            if (from == to)
                continue;
            double loss = losses[(from, to)] = Probability(matrices[0].Items[place], "prob.matrix_list");
            foreach (var node in matrices.Skip(1).Select(matrix => matrix.Items[place]))
            {
                double other = Probability(node, "prob.matrix_list");
                if (other == loss || errors.Any)
                    continue;
                errors.Add(node.Line, node.Column, FormattableString.Invariant(
                    $"'prob.matrix_list' has a loss of {other} from {from} to {to} here, and of {loss} in its first matrix; ")
                    + "a link of ours loses as much at each rate: give the same at all, or an SNR, which makes fast rates lose more");
            }
        }

        return losses;
    }

    /// <summary>The links, and behind all others, so that they hold, those of radios whose frames nobody gets.</summary>
    private IReadOnlyList<LinkConfiguration> Jam(LibconfigNode jam, IReadOnlyList<LinkConfiguration> links)
    {
        switch (jam)
        {
            case LibconfigText { Value: "all" }:
                return [.. links, Everywhere with { Loss = 1 }];
            case LibconfigText:
                return links; // "off", or whatever else
            case LibconfigList { Items: var addresses }:
                return [.. links, .. addresses.Select(JammedRadio).Where(r => r != RadioPattern.Any)
                    .Select(radio => new LinkConfiguration(radio, RadioPattern.Any) { Loss = 1, OneWay = true })];
            default:
                errors.Add(jam.Line, jam.Column, $"'jam' is {jam.Kind}; it must be \"off\", \"all\" or a list of addresses");
                return links;
        }
    }

    private RadioPattern JammedRadio(LibconfigNode node)
    {
        if (node is LibconfigText { Value: var text } && MacAddress.TryParse(text, out var address))
            return _byAddress.TryGetValue(address, out var radio) ? radio : RadioPattern.Of(address);
        errors.Add(node.Line, node.Column, $"this one of 'jam' is {node.Kind}; it must be the address of a radio, such as \"02:00:00:00:00:00\"");
        return RadioPattern.Any;
    }
}
