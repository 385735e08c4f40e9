using System.Net;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

internal sealed partial class DaemonReader
{
    private static readonly TimeSpan s_minGrace = TimeSpan.FromSeconds(1), s_maxGrace = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_minStale = TimeSpan.FromMilliseconds(1), s_maxStale = TimeSpan.FromSeconds(10);

    private TrunkConfiguration? ReadTrunk(Section top, List<VmConfiguration> vms, bool isLocal, MediumConfiguration medium)
    {
        if (top.Value("trunk") is not { } node)
            return null;
        var section = new Section(node, "trunk", DaemonKeys.Trunk, errors);
        if (!section.IsMapping)
            return null;
        var trunk = new TrunkConfiguration(Token(section, "medium"), Token(section, "host"), ReadUrl(section))
        {
            Credentials = section.Path("credentials", _folder),
            Authorities = section.Path("authorities", _folder),
            FirstVm = section.Integer("firstVm", 1, 1, ushort.MaxValue - 1 - vms.Count),
            Grace = section.Duration("grace", s_minGrace, s_maxGrace) ?? TrunkConfiguration.DefaultGrace,
            StaleAfter = section.Duration("staleAfter", s_minStale, s_maxStale) ?? TrunkConfiguration.DefaultStaleAfter,
        };
        if (!IsLoopback(trunk.Url) && (!trunk.IsEncrypted || trunk.Credentials is null))
        {
            errors.Add(section.Value("url") ?? node, $"'url' is another machine's, {trunk.Url.Host}: whoever reads or writes on the way there would "
                + "be on the medium; give a tls:// URL and 'credentials'");
        }
        if (section.Value("authorities") is { } authorities && !trunk.IsEncrypted)
            errors.Add(authorities, "'authorities' are for a tls:// URL");
        if (top.Value("socket") is { } common)
            errors.Add(common, "'socket': VMs there are called vm1, vm2 and so on, on each host; with 'trunk' list them in 'vms', each with its own "
                + "name");
        if (isLocal)
            errors.Add(top.Value("local")!, "'local': this kernel's radios are called local/… on each host; with 'trunk' leave it out");
        if (top.Value("time") is { } time and not YamlScalar { Value: VirtualTimeConfiguration.RealWord })
            errors.Add(time, "'time': hosts have no common clock that could be stopped; with 'trunk' leave it out");
        if (TrunkConfiguration.ProblemOf(medium) is { } problem)
            errors.Add(node, problem);
        return trunk;
    }

    private string Token(Section section, string key)
    {
        string allowed = $"1 to {TrunkConfiguration.MaxToken} of A-Z a-z 0-9 _ -, a token of NATS subjects";
        if (section.Value(key) is null)
            section.Missing(key, allowed);
        if (section.Scalar(key, allowed) is not { } scalar)
            return "";
        if (!TrunkConfiguration.IsToken(scalar.Value))
            errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {allowed}");
        return scalar.Value;
    }

    private Uri ReadUrl(Section section)
    {
        const string Allowed = "nats://HOST:PORT or tls://HOST:PORT";
        var none = new Uri("nats://127.0.0.1:4222");
        if (section.Value("url") is null)
            section.Missing("url", Allowed);
        if (section.Scalar("url", Allowed) is not { } scalar)
            return none;
        if (Uri.TryCreate(scalar.Value, UriKind.Absolute, out var url) && url.Scheme is "nats" or "tls" && url.Host.Length > 0
            && url.UserInfo.Length == 0 && url.PathAndQuery is "" or "/")
            return url.IsDefaultPort || url.Port == -1 ? new UriBuilder(url) { Port = 4222 }.Uri : url;
        errors.Add(scalar, $"'url' is {scalar.Kind}; allowed: {Allowed}");
        return none;
    }

    private static bool IsLoopback(Uri url) =>
        url.IsLoopback || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var at) && IPAddress.IsLoopback(at));
}
