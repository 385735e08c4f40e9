using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Wmediumd;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class WmediumdImportTests
{
    private const string Four =
        "ifaces : { ids = [ \"02:00:00:00:00:00\", \"02:00:00:00:01:00\", \"02:00:00:00:02:00\", \"02:00:00:00:03:00\" ]; };\n";
    private static readonly string[] Names = ["a", "b", "c", "d"];

    private static WmediumdImport Import(string text, string? errorTable = null, params string[] vms) =>
        WmediumdImport.Read(text, "medium.cfg", errorTable, vms);

    private static string[] Links(WmediumdImport import) => [.. import.Medium.Links.Select(l =>
        FormattableString.Invariant($"{l.From}{(l.OneWay ? ">" : "-")}{l.To} {(l.SnrDb is { } snr ? $"snr {snr}" : $"loss {l.Loss}")}"))];

    private static string[] Warnings(WmediumdImport import) => [.. import.Warnings.Select(w => w.ToString())];

    private static string[] ErrorsOf(string text, string? errorTable = null, params string[] vms) =>
        [.. Assert.Throws<ConfigurationException>(() => Import(text, errorTable, vms))!.Errors.Select(e => e.ToString())];

    // tests/2node.cfg, tests/n-linear-mesh.sh: nothing but radios.
    [Test]
    public void RadiosAloneHavePerfectLinks()
    {
        var import = Import("ifaces :\n{\n count = 2;\n ids = [\"42:00:00:00:00:00\", \"42:00:00:00:01:00\" ];\n};");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.ToYaml(), Is.EqualTo("timing: airtime\nseed: 1\n"));
            Assert.That(import.Warnings, Is.Empty);
        }
    }

    // README, Per-link SNR model; tests/diamond.sh: SNRs of pairs, the same both ways unless both are given; 0 is out of reach.
    [Test]
    public void SnrsOfPairs()
    {
        var import = Import(
            """
            ifaces : {
              ids = [ "02:00:00:00:00:00", "02:00:00:00:01:00", "02:00:00:00:02:00", "02:00:00:00:03:00" ];
              links = ( (0, 1, 0), (0, 2, 0), (2, 0, 10), (3, 1, 10), (2, 3, 20), (2, 3, 21) );
            };
            """,
            null,
            Names);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Links(import), Is.EqualTo(new[] { "*-* snr 30", "a-b loss 1", "a>c loss 1", "c>a snr 10", "b-d snr 10", "c-d snr 21" }));
            Assert.That(import.Warnings, Is.Empty);
            Assert.That(import.ToYaml(), Does.StartWith("vms:\n  - {name: a, socket: a.sock}\n"));
            Assert.That(() => DaemonConfiguration.Parse(import.ToYaml(), "/lab/medium.yaml"), Throws.Nothing);
        }
    }

    // tests/diamond_fading.sh: the same in the model, without a semicolon after the type, and fading.
    [Test]
    public void SnrsInTheModelAndFading()
    {
        var import = Import(Four + "model: { type = \"snr\"\n links = ( (0, 1, 10), (0, 3, 0) );\n fading_coefficient = 1; };", null, Names);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Links(import), Is.EqualTo(new[] { "*-* snr 30", "a-b snr 10", "a-d loss 1" }));
            Assert.That(import.Medium.Fading, Is.EqualTo(new FadingConfiguration(37.72, TimeSpan.FromMilliseconds(1))));
            Assert.That(Warnings(import).Single(),
                Does.StartWith("medium.cfg:4:23: warning: wmediumd adds a normal deviate of 1 dB to each frame's SNR; nearest is Rician fading"));
        }
    }

    // README, Per-link loss probability model; tests/diamond_error_prob.sh.
    [Test]
    public void LossesOfPairs()
    {
        var import = Import(Four + "model: { type = \"prob\"; default_prob = 1.0; links = ( (0, 2, 0.000000), (2, 3, 0.000000) ); };", null, Names);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Links(import), Is.EqualTo(new[] { "*-* loss 1", "a-c loss 0", "c-d loss 0" }));
            Assert.That(import.Warnings, Is.Empty);
        }
    }

    [Test]
    public void ALossOfSomeFramesIsAnotherWithRetries()
    {
        var import = Import(Four + "model: { type = \"prob\"; links = ( (0, 2, 0.3), (2, 0, 0.1) ); };", null, Names);
        Assert.That(Links(import), Is.EqualTo(new[] { "a>c loss 0.3", "c>a loss 0.1" }));
        Assert.That(Warnings(import).Single(),
            Does.StartWith("medium.cfg:2:8: warning: wmediumd draws a loss once for a frame and all its retries; here each attempt is drawn"));
    }

    // tests/diamond_per_matrix.sh: SNRs of pairs and -x.
    [Test]
    public void ATableOfErrorRates()
    {
        Assert.That(Import(Four, "/lab/table").Medium.ErrorTable, Is.EqualTo("/lab/table"));
        Assert.That(Links(Import(Four, "/lab/table")), Is.EqualTo(new[] { "*-* snr 30" }), "the table is of signals");
        Assert.That(
            ErrorsOf(Four + "model: { type = \"prob\"; };", "/lab/table").Single(),
            Is.EqualTo("medium.cfg:2:17: error: wmediumd takes no table of error rates (-x) beside loss probabilities; leave --per out"));
    }

    // tests/diamond_direction.sh, README's path loss model: positions, steps of 3 s, log distance.
    [Test]
    public void PositionsThatMove()
    {
        var import = Import(
            Four + """
            model : {
              type = "path_loss";
              positions = ( (-50.0, 0.0), (0.0, 40.0), (0.0, -70.0), (50.0, 0.0) );
              directions = ( (0.0, 0.0), (0.0, 12.0), (0.0, 12.0), (0.0, 0.0) );
              tx_powers = (15.0, 15.0, 15.0, 14.0);
              model_name = "log_distance";
              path_loss_exp = 3.5;
              xg = 2.0;
            };
            """,
            null,
            Names);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.Medium.Links, Is.Empty);
            Assert.That(import.Medium.Propagation, Is.EqualTo(new LogDistancePropagation(3.5, 1)));
            Assert.That(import.Medium.Radios.Select(r => r.Radio.ToString()), Is.EqualTo(Names));
            Assert.That(import.Medium.Radios[1].Motion, Is.EqualTo(new LinearMotion(new(0, 40, 0), new(0, 4, 0))));
            Assert.That(import.Medium.Radios[3].Motion, Is.EqualTo(new LinearMotion(new(50, 0, 0), default)));
            Assert.That(import.Medium.Radios.Select(r => r.TxPowerDbm), Is.EqualTo(new[] { 13, 13, 13, 12 }));
            Assert.That(import.Medium.Radios[0].NoiseFloorDbm, Is.Null, "-91 dBm in both");
            Assert.That(Warnings(import), Is.EqualTo(new[]
            {
                "medium.cfg:4:15: warning: wmediumd computes path loss at 2412 MHz and in whole dB; here it is that of the frame's frequency",
                "medium.cfg:5:16: warning: wmediumd moves stations once in 3 s by this; here they move all the time, at a third of it a second",
                "medium.cfg:9:8: warning: 'xg' is a constant loss: 2 dB are taken off each transmit power",
            }));
        }
    }

    // tests/interference.sh: collisions, and a setting that nobody looks at.
    [Test]
    public void Interference()
    {
        var import = Import("""
            ifaces : { ids = [ "02:00:00:00:00:00", "02:00:00:00:01:00" ]; enable_interference = true; };
            model : {
              band = 2;
              type = "path_loss";
              positions = ( (-69.0, 0.0), (0.0, 0.0) );
              tx_powers = (15.0, 11.0);
              model_name = "free_space";
            };
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.Medium.Timing, Is.EqualTo(Timing.Airtime));
            Assert.That(import.Medium.Propagation, Is.EqualTo(new FreeSpacePropagation()));
            Assert.That(import.Medium.Radios[0].Radio.ToString(), Is.EqualTo("02:00:00:00:00:00"));
            Assert.That(Warnings(import).Take(2), Is.EqualTo(new[]
            {
                "medium.cfg:1:86: warning: wmediumd draws collisions from how busy others were lately; 'timing: airtime' has the collisions that "
                    + "happen",
                "medium.cfg:3:10: warning: 'model.band' is nothing that wmediumd looks at here; it is left out",
            }));
        }
    }

    // github.com/brunosfer/wmediumd, README.md: log distance, and Nakagami fading on top.
    [Test]
    public void NakagamiFadingIsImported()
    {
        const string Model = "positions = ((0.0, 0.0, 0.0), (9.0, 0.0, 0.0)); model_name = \"nakagami\"; path_loss_exp = 4.0; xg = 0.0;";
        var given = Import(PathLoss($"{Model} m = 1.5;"));
        var unsaid = Import(PathLoss(Model));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(given.Medium.Propagation, Is.EqualTo(new LogDistancePropagation(4, 1)));
            Assert.That(given.Medium.Fading, Is.EqualTo(new FadingConfiguration(0, TimeSpan.FromSeconds(3)) { NakagamiM = 1.5 }));
            Assert.That(given.ToYaml(), Does.Contain("fading: {model: nakagami, m: 1.5, coherenceTime: 3s}"));
            Assert.That(given.Medium.Radios[0].AntennaGainDbi, Is.EqualTo(5));
            Assert.That(Warnings(given), Has.One.Contains("draws Nakagami fading once in 3 s"));
            Assert.That(unsaid.Medium.Fading!.NakagamiM, Is.EqualTo(1));
        }
    }

    // github.com/hsynydn/wmediumd, and what Mininet-WiFi writes: who is in no list is on a medium with all such.
    [Test]
    public void RadiosOfDifferentMediumsDoNotHearEachOther()
    {
        string Mediums(string lists) => Four.Replace("] };", $"]; medium_array = {lists}; }};", StringComparison.Ordinal)
            .Replace("]; };", $"]; medium_array = {lists}; }};", StringComparison.Ordinal);
        var snr = Import(Mediums("((0, 1), (2))") + "model: { type = \"snr\"; links = ((0, 1, 12), (0, 2, 20)); };", null, Names);
        var walk = Import(
            Mediums("((0, 1), (2, 3))") + "model: { type = \"path_loss\"; positions = ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)); "
            + "tx_powers = (1.0, 1.0, 1.0, 1.0); model_name = \"free_space\"; };",
            null,
            Names);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Links(snr),
                Is.EqualTo(new[] { "*-* snr 30", "a-b snr 12", "a-c snr -50", "a-d snr -50", "b-c snr -50", "b-d snr -50", "c-d snr -50" }));
            Assert.That(Warnings(snr).Single(), Does.Contain("wmediumd puts a station on the medium of whom it associates with"));
            Assert.That(Links(walk), Is.EqualTo(new[] { "a-c snr -50", "a-d snr -50", "b-c snr -50", "b-d snr -50" }));
            Assert.That(walk.Medium.Propagation, Is.EqualTo(new FreeSpacePropagation()));
            Assert.That(ErrorsOf(Mediums("((0, 4))")).Single(), Does.EndWith("error: 4 is no index of 'ids'; allowed: 0 to 3"));
            Assert.That(ErrorsOf(Mediums("(0, 1)"))[0],
                Does.EndWith("this one of 'ifaces.medium_array' is 0; it must be a list of indices of 'ids'"));
        }
    }

    private const string Three = "ifaces : { count = 3; ids = [ \"42:00:00:00:00:00\", \"42:00:00:00:01:00\", \"42:00:00:00:02:00\" ]; };\n";

    // github.com/cozybit/wmediumd, cfg-examples: a row for each receiver; the same loss at all rates is our link's.
    [Test]
    public void MatricesOfLosses()
    {
        const string Matrix = "[ -1.0, 0.0, 1.0, 0.5, -1.0, 0.9, 1.0, 0.9, -1.0 ]";
        var import = Import(Three + $"prob : {{ rates = 2; matrix_list = ( {Matrix}, {Matrix} ); }};", null, "a", "b", "c");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Links(import), Is.EqualTo(new[] { "a>b loss 0.5", "b>a loss 0", "a-c loss 1", "b-c loss 0.9" }));
            Assert.That(import.Medium.Timing, Is.EqualTo(Timing.Instant), "it knows no time");
            Assert.That(import.Warnings, Is.Empty);
        }
    }

    [TestCase("jam = \"off\";", new string[0])]
    [TestCase("jam = \"all\";", new[] { "*-* loss 1" })]
    [TestCase("jam = [ \"42:00:00:00:01:00\" ];", new[] { "b>* loss 1" })]
    public void JammedRadiosReachNobody(string jam, string[] links) =>
        Assert.That(Links(Import($"{jam}\n{Three}prob : {{ matrix_list = ( [ {Zeros}, 0.0 ] ); }};", null, "a", "b", "c"))[3..], Is.EqualTo(links));

    private const string Zeros = "0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0";

    [TestCase(Three + "prob : { };", "medium.cfg:2:8: error: 'prob.matrix_list' is missing")]
    [TestCase(Three + "prob : { matrix_list = ([ 0.0 ]); };",
        "medium.cfg:2:25: error: this one of 'prob.matrix_list' is a list of 1; it must be a list of 9")]
    [TestCase(Three + $"prob : {{ matrix_list = ([ {Zeros}, 0.0 ], [ 0.0, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 ]); }};",
        "medium.cfg:2:81: error: 'prob.matrix_list' has a loss of 0.7 from 1 to 0 here, and of 0 in its first matrix")]
    [TestCase(Three + "prob : { matrix_list = ([ 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 ]); };",
        "medium.cfg:2:32: error: 'prob.matrix_list' is -1; wmediumd allows")]
    [TestCase(Three + "prob : { matrix_list = ([ 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 ], "
        + "[ 0.0, \"x\", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0 ]) };",
        "error: 'prob.matrix_list' is the text \"x\"; it must be a number")]
    [TestCase("medium = ( { id = 0; } );", "medium.cfg:1:10: error: 'medium' is of yawmd, whose configurations are not imported")]
    [TestCase(Four + "model : { type = \"prob\"; lniks = ((0, 1, 0.5)); };",
        "medium.cfg:2:34: error: 'model.lniks' is a setting of no wmediumd that is known (did you mean 'links'?)")]
    [TestCase(Four + "modle : { type = \"prob\"; default_prob = 0.5; };",
        "medium.cfg:2:9: error: 'modle' is a setting of no wmediumd that is known (did you mean 'model'?)")]
    [TestCase(Four + "model : { links = ((0, 1, 0.5)); };",
        "medium.cfg:2:9: error: 'model.type' is missing, so wmediumd would not look at 'model.links'")]
    [TestCase("ifaces : { ids = [ \"02:00:00:00:00:00\" ]; enable_medium_detection = true; };",
        "medium.cfg:1:69: error: 'ifaces.enable_medium_detection' puts stations on the medium of whom they associate with")]
    [TestCase("ifaces : { ids = [ \"02:00:00:00:00:00\" ]; };\nmodel : { type = \"path_loss\"; positions = ((0.0, 0.0)); tx_powers = (1.0); "
        + "model_name = \"nakagami\"; path_loss_exp = 3.0; xg = 0.0; fading_coefficient = 3; };", "is beside Nakagami fading")]
    public void WhatWouldBeLostIsAnErrorNotAPerfectMedium(string text, string expected) =>
        Assert.That(ErrorsOf(text), Has.One.Contains(expected));

    private static string PathLoss(string model) => $$"""
        ifaces : { ids = [ "02:00:00:00:00:00", "02:00:00:00:01:00" ]; };
        model : { type = "path_loss"; tx_powers = (15.0, 15.0); {{model}} };
        """;

    [Test]
    public void ItuIsWithoutTheMistakeOfAFrequencyInHertz()
    {
        var near = Import(PathLoss("positions = ((0.0, 0.0), (9.0, 0.0)); model_name = \"itu\"; nFLOORS = 2; LF = 6;"));
        var far = Import(PathLoss("positions = ((0.0, 0.0), (19.0, 0.0)); model_name = \"itu\"; nFLOORS = 0; LF = 0;"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(near.Medium.Propagation, Is.EqualTo(new ItuIndoorPropagation(28, 2, 12)));
            Assert.That(far.Medium.Propagation, Is.EqualTo(new ItuIndoorPropagation(38, 0, 0)));
            Assert.That(Warnings(near), Has.One.Contains("120 dB more loss"));
            Assert.That(Warnings(near), Has.None.Contains("the coefficient"));
        }
    }

    [Test]
    public void MininetWifisModelsAreReadToo()
    {
        var shadowing =
            Import(PathLoss("positions = ((0.0, 0.0, 1.5), (9.0, 0.0, 2.0)); model_name = \"log_normal_shadowing\"; path_loss_exp = 2.5; sL = 1; "
            + "noise_threshold = -95;"));
        var twoRay = Import(PathLoss("positions = ((0.0, 0.0, 1.0), (9.0, 0.0, 1.0)); model_name = \"two_ray_ground\"; sL = 2; isnodeaps = (1, 0);"));
        var itu = Import(PathLoss("positions = ((0.0, 0.0, 0.0), (9.0, 0.0, 3.0)); model_name = \"itu\"; nFLOORS = 1; lF = 15; pL = 30;"));
        var freeSpace = Import(PathLoss("positions = ((0.0, 0.0, 0.0), (9.0, 0.0, 3.0)); model_name = \"free_space\"; sL = 2;"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shadowing.Medium.Propagation, Is.EqualTo(new LogDistancePropagation(2.5, 1)));
            Assert.That(shadowing.Medium.Radios[1], Is.EqualTo(new RadioConfiguration(shadowing.Medium.Radios[1].Radio)
            {
                Motion = new LinearMotion(new(9, 0, 2), default),
                TxPowerDbm = 15,
                AntennaGainDbi = 5,
                NoiseFloorDbm = -95,
            }));
            Assert.That(Warnings(shadowing), Has.One.Contains("give 'shadowingDb' in 'propagation'"));
            Assert.That(twoRay.Medium.Propagation, Is.EqualTo(new TwoRayGroundPropagation(2)));
            Assert.That(Warnings(twoRay), Has.One.Contains("that of the access point, either way"));
            Assert.That(itu.Medium.Propagation, Is.EqualTo(new ItuIndoorPropagation(30, 1, 15)));
            Assert.That(Warnings(itu), Has.None.Contains("120 dB"));
            Assert.That(freeSpace.Medium.Radios[0].TxPowerDbm, Is.EqualTo(11.99));
        }
    }

    [Test]
    public void NumbersOfTheOtherTypeAreToldOf()
    {
        var import = Import(PathLoss("positions = ((0, 1), (9, 0)); model_name = \"log_distance\"; path_loss_exp = 3; xg = 0;"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(import.Medium.Radios[1].Motion, Is.EqualTo(new LinearMotion(new(9, 0, 0), default)));
            Assert.That(Warnings(import), Has.One.EqualTo(
                "medium.cfg:2:74: warning: wmediumd takes 1 for 0, since 'model.positions' wants a decimal point; it is imported as 1"));
            Assert.That(Warnings(import), Has.One.EqualTo(
                "medium.cfg:2:132: warning: wmediumd refuses 3, since 'model.path_loss_exp' wants a decimal point; it is imported as 3"));
        }
    }

    [TestCase("", "medium.cfg:1:1: error: 'ifaces' is missing: a group with 'ids', the radios' addresses")]
    [TestCase("ifaces = 3;", "medium.cfg:1:10: error: 'ifaces' is 3; it must be a group")]
    [TestCase("ifaces : { };", "medium.cfg:1:10: error: 'ifaces.ids' is missing, or no list")]
    [TestCase("ifaces : { ids = [\"02:00\"]; };", "medium.cfg:1:19: error: 'ifaces.ids[0]' is the text \"02:00\"; it must be the address of a radio")]
    [TestCase("ifaces : { ids = [\"02:00:00:00:00:00\", \"02:00:00:00:00:00\"]; };", "medium.cfg:1:40: error: '02:00:00:00:00:00' is there twice")]
    [TestCase(Four + "model : { type = \"snf\"; };",
        "medium.cfg:2:18: error: 'model.type' is the text \"snf\"; wmediumd knows \"snr\", \"prob\" and \"path_loss\"")]
    [TestCase(Four + "model : { type = \"snr\"; links = ((0, 4, 3)); };", "medium.cfg:2:38: error: 4 is no index of 'ids'; allowed: 0 to 3")]
    [TestCase(Four + "model : { type = \"snr\"; links = ((0, 1)); };",
        "medium.cfg:2:34: error: this link is a list; it must be a list of three: two indices of 'ids' and an SNR in dB")]
    [TestCase(Four + "model : { type = \"snr\"; links = ((0, 1, \"x\")); };",
        "medium.cfg:2:41: error: 'links' is the text \"x\"; it must be a number")]
    [TestCase(Four + "model : { type = \"prob\"; default_prob = 1.5; };",
        "medium.cfg:2:41: error: 'model.default_prob' is 1.5; wmediumd allows 0.0 to 1.0")]
    [TestCase(Four + "model : { type = \"path_loss\"; tx_powers = (1.0, 1.0, 1.0, 1.0); };",
        "medium.cfg:2:9: error: 'model.positions' is missing; it must be a list of 4, one for each of 'ids'")]
    public void WhatWmediumdRefusesIsAnError(string text, string expected) => Assert.That(ErrorsOf(text)[^1], Does.StartWith(expected));

    [Test]
    public void WhatOurConfigurationCannotHoldIsAnError() => Assert.That(
        ErrorsOf(PathLoss("positions = ((0.0, 0.0), (9e9, 0.0)); model_name = \"free_space\";")).Single(),
        Is.EqualTo("medium.cfg: error: is beyond our configuration at 'radios[1].position[0]': 'position[0]' is '9000000000'; allowed: a number "
            + "from -1000000 to 1000000 m"));

    [Test]
    public void EachRadioNeedsAVm() => Assert.That(
        ErrorsOf(Four, null, "a", "b")
            .Single(), Is.EqualTo("medium.cfg:1:18: error: 'ifaces.ids' has 4 radios, but 2 VMs are named; name one for each"));
}
