using System.Text.RegularExpressions;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Device Provisioning Protocol (Easy Connect): a configurator authenticates an enrollee by its URI, and hands it a
/// network's name and passphrase: on the enrollee's channel, and from its answer on, on another.</summary>
internal sealed partial class Dpp : IScenario
{
    private const string Ssid = "provisioned";
    private const int EnrolleeMhz = 2462; // operating class 81, channel 11
    private const int OtherMhz = 2437; // not 2412, where hwsim's radios are when nothing tunes them
    private const int MaxTries = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public string Name => "dpp";

    /// <inheritdoc/>
    public string Description => "DPP: authentication by a URI and configuration of an enrollee on another channel, also with a change of channel";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => Nodes.OnEachMediumAsync(run, 2, async nodes =>
    {
        var configurator = new Supplicant(nodes.Radios[0]);
        var enrollee = new Supplicant(nodes.Radios[1]);
        await configurator.StartAsync(run.Cancellation);
        await enrollee.StartAsync(run.Cancellation);
        string own = await configurator.ControlAsync("dpp_configurator_add", run.Cancellation);

        string address = (await nodes.Radios[1].MacAddressAsync(run.Cancellation)).Replace(":", "", StringComparison.Ordinal);
        await ProvisionAsync("on the enrollee's channel", EnrolleeMhz);
        await ProvisionAsync("from the answer on, on another channel", OtherMhz);

        async Task ProvisionAsync(string figure, int answersMhz)
        {
            run.Progress.Now($"{run.Name}: {nodes.Medium}, {figure}");
            int rounds = run.Options.IsQuick ? 2 : 5;
            int provisioned = 0, tries = 0;
            for (int i = 0; i < rounds; i++)
            {
                bool isProvisioned = false;
                for (int attempt = 0; attempt < MaxTries && !isProvisioned; attempt++, tries++)
                    isProvisioned = await TryProvisionAsync(answersMhz);
                provisioned += isProvisioned ? 1 : 0;
            }
            run.Judge($"{nodes.Medium}, {figure}: enrollees provisioned, of {rounds}", "1", provisioned, rounds, rounds);
            run.Tell($"{nodes.Medium}, {figure}: tries that took", "1", tries);
        }

        async Task<bool> TryProvisionAsync(int answersMhz)
        {
            string key = await enrollee.ControlAsync($"dpp_bootstrap_gen type=qrcode chan=81/11 mac={address}", run.Cancellation);
            string uri = await enrollee.ControlAsync($"dpp_bootstrap_get_uri {key}", run.Cancellation);
            await enrollee.ControlAsync($"dpp_listen {EnrolleeMhz}", run.Cancellation);
            string peer = await configurator.ControlAsync($"dpp_qr_code '{uri}'", run.Cancellation);
            await configurator.ControlAsync(
                $"dpp_auth_init peer={peer} configurator={own} conf=sta-psk ssid={Hex(Ssid)} pass={Hex("handed over")} neg_freq={answersMhz}",
                run.Cancellation);
            var received = await enrollee.TryAwaitAsync(ConfigurationReceived(), Limit, run.Cancellation);
            var sent = await configurator.TryAwaitAsync(ConfigurationSent(), Limit, run.Cancellation);
            await enrollee.ControlAsync("dpp_stop_listen", run.Cancellation);
            return received?.Groups["ssid"].Value == Ssid && sent is not null;
        }
    });

    private static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(text));

    [GeneratedRegex(@"DPP-CONFOBJ-SSID (?<ssid>.*)", RegexOptions.None, 1000)]
    private static partial Regex ConfigurationReceived();

    [GeneratedRegex(@"DPP-CONF-SENT", RegexOptions.None, 1000)]
    private static partial Regex ConfigurationSent();
}
