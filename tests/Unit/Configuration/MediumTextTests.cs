using System.Text;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class MediumTextTests
{
    private static ConfigurationError[] ErrorsOf(Action read) => [.. Assert.Throws<ConfigurationException>(read)!.Errors];

    [TestCase("{\"from\":\"ap\",\"to\":\"sta1\",\"snrDb\":25}")]
    [TestCase("{\n\t\"from\" : \"ap\",\n\t\"to\": \"sta1\",\n\t\"snrDb\": 2.5e1\n}")]
    [TestCase("{\r\n  \"from\": \"\\u0061p\",\r\n  \"to\": \"sta1\",\r\n  \"snrDb\": 25\r\n}\r\n")]
    [TestCase("from: ap\nto: sta1\nsnrDb: 25")]
    public void ALinkIsReadFromYamlAndFromJson(string text)
    {
        var link = MediumText.ReadLink(text, "request");
        Assert.That(link.ToString(), Is.EqualTo(MediumText.ReadLink("{from: ap, to: sta1, snrDb: 25}", "request").ToString()));
        Assert.That(link.SnrDb, Is.EqualTo(25));
    }

    [TestCase("\\ud83d\\udce1", "\U0001F4E1")]
    [TestCase("a\\/b\\\"c\\\\d\\te", "a/b\"c\\d\te")]
    [TestCase("\\u00e4: # - {", "ä: # - {")]
    public void AStringOfJsonIsReadAsJsonHasIt(string escaped, string ssid) =>
        Assert.That(MediumText.ReadFault($"{{\"action\":\"drop\",\"match\":{{\"ssid\":\"{escaped}\"}}}}", "request").Match.Ssid, Is.EqualTo(ssid));

    [Test]
    public void EachErrorNamesItsField()
    {
        var errors = ErrorsOf(() => MediumText.ReadMedium(
            """
            {"links": [{"from": "ap", "to": "sta1", "snrDb": 3}, {"from": "ap", "to": "sta2", "snrDb": "loud"}],
             "radios": [{"radio": "ap", "waypoints": [{"at": "1s", "position": [0, "x", 0]}]}],
             "fading": {"model": "rayleigh", "koherence": 3},
             "faults": [{"action": {"delay": 5}}]}
            """,
            "request"));
        Assert.That(errors.Select(e => (e.Field, e.ToString())), Is.EqualTo(new[]
        {
            ("links[1].snrDb", "request:1:92: error: 'snrDb' is 'loud'; allowed: a number from -50 to 150 dB"),
            ("radios[0].waypoints[0].position[1]", "request:2:72: error: 'position[1]' is 'x'; allowed: a number from -1000000 to 1000000 m"),
            ("fading.koherence", "request:3:34: error: unknown key 'koherence' in 'fading'; allowed: model, coherenceTime"),
            ("faults[0].action.delay", "request:4:34: error: 'delay' is '5'; allowed: a number and its unit out of us, ms, s, m (minutes), h, such "
                + "as 20ms or 1.5s, from 1us to 1m"),
        }));
    }

    [Test]
    public void PartsOfAnMediumAreRead()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MediumText.ReadRadio("{\"radio\":\"*\",\"txPowerDbm\":3}", "request"),
                Is.EqualTo(new RadioConfiguration(RadioPattern.Any) { TxPowerDbm = 3 }));
            Assert.That(MediumText.ReadPropagation("\"freeSpace\"", "request"), Is.EqualTo(new FreeSpacePropagation()));
            Assert.That(MediumText.ReadPropagation("none", "request"), Is.Null);
            Assert.That(MediumText.ReadFading("{\"model\":\"rician\",\"k\":2}", "request")!.RicianK, Is.EqualTo(2));
            Assert.That(MediumText.ReadChange("{\"timing\":\"airtime\"}", "request"), Is.EqualTo(new SetTiming(Timing.Airtime)));
            Assert.That(MediumText.ReadChange("{\"errorTable\":\"/x/per.txt\"}", "request"), Is.EqualTo(new SetErrorTable("/x/per.txt")));
            Assert.That(MediumText.ReadChange("errorTable: per.txt", "scenario.yaml", "/lab"), Is.EqualTo(new SetErrorTable("/lab/per.txt")));
            Assert.That(MediumText.ReadSchedule("[{\"at\":\"2s\",\"timing\":\"airtime\"},{\"at\":\"1s\",\"timing\":\"instant\"}]", "request"),
                Is.EqualTo(new ScheduledChange[]
            {
                new(TimeSpan.FromSeconds(1), new SetTiming(Timing.Instant)), new(TimeSpan.FromSeconds(2), new SetTiming(Timing.Airtime)),
            }));
            Assert.That(MediumText.ReadMedium("{}", "request").Links, Is.Empty);
        }
    }

    [Test]
    public void AnUnnamedFaultGetsANameThatIsFree()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MediumText.ReadFault("action: drop", "request", ["fault1", "fault3"]).Name, Is.EqualTo("fault2"));
            Assert.That(MediumText.ReadFault("{name: fault1, action: drop}", "request", ["fault1"]).Name, Is.EqualTo("fault1"), "replaces it");
            Assert.That(((SetFault)MediumText.ReadChange("fault: {action: drop}", "request", null, ["fault1"])).Fault.Name, Is.EqualTo("fault2"));
        }
    }

    [Test]
    public void ARelativePathNeedsAFolder() => Assert.That(
        ErrorsOf(() => MediumText.ReadChange("errorTable: per.txt", "request")).Single().Message,
        Is.EqualTo("'errorTable' is 'per.txt'; allowed: none, or the path of a table, absolute"));

    [Test]
    public void AHugeTextIsRefused()
    {
        var tooLong = ErrorsOf(() => MediumText.ReadMedium("seed: " + new string('1', 33 << 20), "request")).Single();
        var tooMany = ErrorsOf(() => MediumText.ReadMedium("links: [" + string.Concat(Enumerable.Repeat("1,", 1 << 22)) + "]", "request")).Single();
        var tooDeep = ErrorsOf(() => MediumText.ReadMedium("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), "request")).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tooLong.Message, Is.EqualTo("has 34603014 characters; allowed: at most 33554432"));
            Assert.That(tooMany.Message, Does.Contain("more than 4194304 values"));
            Assert.That(tooDeep.Message, Does.Contain("nested more than 32 deep"));
        }
    }

    [Test]
    public void ManyErrorsAreNotAllTold()
    {
        var errors =
            ErrorsOf(() => MediumText.ReadMedium("{" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"\"{new string('k', 100)}{i}\":1,"))
            + "}", "request"));
        Assert.That(errors, Has.Length.EqualTo(101));
        Assert.That(errors[100].Message, Is.EqualTo("has 100 errors or more; the others are not told"));
        Assert.That(errors[0].Message, Has.Length.LessThan(300));
    }

    private const string Valid = """
        {"timing":"airtime","seed":7,"radios":[{"radio":"ap","position":[0,0,2],"txPowerDbm":20},
        {"radio":"sta1","waypoints":[{"at":"0s","position":[0,0,1]}]}],
        "links":[{"from":"ap","to":"sta1","snrDb":25.5},{"from":"ap","to":"*","loss":0.3,"oneWay":true}],
        "propagation":{"model":"logDistance","exponent":3},
        "fading":{"model":"rician","k":4,"coherenceTime":"20ms"},"errorTable":"/per.txt",
        "faults":[{"name":"e","match":{"frame":["eapol","beacon"],"ssid":"lab"},"action":{"delay":"5ms"},"count":3}],
        "schedule":[{"at":"1s","link":{"from":"ap","to":"sta1","snrDb":5}},{"at":"2s","fault":{"action":"drop"}}]}
        """;

    [Test]
    public void ADamagedTextIsAnMediumOrItsErrors()
    {
        Assert.That(() => MediumText.ReadMedium(Valid, "request"), Throws.Nothing);
        var random = new Random(1);
        byte[] valid = Encoding.UTF8.GetBytes(Valid);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = (byte[])valid.Clone();
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                int at = random.Next(bytes.Length);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
                        break;
                    case 2:
                        bytes = [.. bytes[..at], .. bytes.AsSpan(random.Next(bytes.Length - 1), 1), .. bytes[at..]];
                        break;
                    default:
                        bytes[at] = "{}[],:\"'\\&*!|>%@`#-?\t\n\0"u8[random.Next(23)];
                        break;
                }

                if (bytes.Length < 2)
                    break;
            }

            ReadAny(Encoding.UTF8.GetString(bytes));
        }
    }

    [Test]
    public void RandomBytesAreAnMediumOrItsErrors()
    {
        var random = new Random(2);
        byte[] bytes = new byte[256];
        for (int round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            ReadAny(Encoding.UTF8.GetString(bytes, 0, random.Next(bytes.Length)));
            ReadAny(Encoding.Latin1.GetString(bytes, 0, random.Next(bytes.Length)));
        }
    }

    private static void ReadAny(string text)
    {
        try
        {
            MediumText.ReadMedium(text, "request");
        }
        catch (ConfigurationException e)
        {
            Assert.That(e.Errors, Is.Not.Empty, text);
            Assert.That(e.Message, Has.Length.LessThan(100_000), text);
        }
    }
}
