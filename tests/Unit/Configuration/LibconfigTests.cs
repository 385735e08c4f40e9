using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Wmediumd;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class LibconfigTests
{
    private static LibconfigNode Value(string text) => LibconfigReader.Read($"a = {text};", "x.cfg").Settings["a"];

    [TestCase("1", 1, true)]
    [TestCase("-12", -12, true)]
    [TestCase("+7", 7, true)]
    [TestCase("0x1F", 31, true)]
    [TestCase("0b101", 5, true)]
    [TestCase("0o17", 15, true)]
    [TestCase("5000000000L", 5e9, true)]
    [TestCase("0x10LL", 16, true)]
    [TestCase("1.5", 1.5, false)]
    [TestCase("-.5", -0.5, false)]
    [TestCase("2.", 2, false)]
    [TestCase("1e3", 1000, false)]
    [TestCase("2.5E-3", 0.0025, false)]
    public void NumbersAreWholeOrNot(string text, double value, bool isWhole)
    {
        var number = (LibconfigNumber)Value(text);
        Assert.That((number.Value, number.IsWhole), Is.EqualTo((value, isWhole)));
    }

    [TestCase("\"\"", "")]
    [TestCase("\"a\\\"b\\\\c\\n\\t\\x41\\q\"", "a\"b\\c\n\tA\\q")]
    [TestCase("\"one \" /* and */ \"two\"\n# more\n\" three\"", "one two three")]
    [TestCase("\"// no comment\"", "// no comment")]
    public void TextsHaveEscapesAndGrowTogether(string text, string value) => Assert.That(((LibconfigText)Value(text)).Value, Is.EqualTo(value));

    [TestCase("true", true)]
    [TestCase("FALSE", false)]
    public void BooleansAreInAnyCase(string text, bool value) => Assert.That(((LibconfigBoolean)Value(text)).Value, Is.EqualTo(value));

    [Test]
    public void GroupsListsAndArraysNest()
    {
        var root = LibconfigReader.Read(
            """
            # all of the grammar
            first : { list = ( 1, "two", ( 3.0, [ 4, 5 ], ), ); empty = (); },
            second = { third = { } } // no semicolon
            name-with*_ = TRUE /* over
            lines */ ; last = 1
            """,
            "x.cfg");
        var first = (LibconfigGroup)root.Settings["first"];
        var list = (LibconfigList)first.Settings["list"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(root.Settings.Keys, Is.EqualTo(new[] { "first", "second", "name-with*_", "last" }));
            Assert.That(list.Items, Has.Count.EqualTo(3));
            Assert.That(((LibconfigList)((LibconfigList)list.Items[2]).Items[1]).Items, Has.Count.EqualTo(2));
            Assert.That((list.Line, list.Column), Is.EqualTo((2, 18)));
            Assert.That(((LibconfigList)first.Settings["empty"]).Items, Is.Empty);
            Assert.That(root.Settings["last"].Line, Is.EqualTo(5));
        }
    }

    [TestCase("a", "x.cfg:1:2: error: here is the end of the file; expected '=' after 'a'")]
    [TestCase("a = ;", "x.cfg:1:5: error: here is ';'; expected a value")]
    [TestCase("a = (1 2)", "x.cfg:1:8: error: here is 2; expected ',' or ')'")]
    [TestCase("a = { b = 1", "x.cfg:1:12: error: here is the end of the file; expected the name of a setting, or '}'")]
    [TestCase("}", "x.cfg:1:1: error: here is '}'; expected the name of a setting")]
    [TestCase("a = 1; a = 2", "x.cfg:1:8: error: 'a' is here a second time; the first is in line 1")]
    [TestCase("a = 1x", "x.cfg:1:5: error: '1x' is no number")]
    [TestCase("a = 1.5L", "x.cfg:1:5: error: '1.5L' is no number")]
    [TestCase("a = 1e999", "x.cfg:1:5: error: '1e999' is no number")]
    [TestCase("a = \"b", "x.cfg:1:5: error: this text has no '\"' at its end")]
    [TestCase("/* b", "x.cfg:1:1: error: this comment has no '*/' at its end")]
    [TestCase("\n  @include \"other.cfg\"", "x.cfg:2:3: error: '@include' is not followed; put what that file says into this one")]
    [TestCase("a = !", "x.cfg:1:5: error: '!' is nothing that libconfig knows here")]
    public void AWrongFileIsAnErrorWithItsPlace(string text, string expected) =>
        Assert.That(() => LibconfigReader.Read(text, "x.cfg"), Throws.TypeOf<ConfigurationException>().With.Message.EqualTo(expected));

    [Test]
    public void AnyTextIsReadOrAnError()
    {
        string[] pieces = ["a", " = ", "(", ")", "{", "}", "[", "]", ",", ";", ":", "1", "-", ".", "e", "0x", "L", "\"", "\\", "\\x", "#", "//", "/*",
            "*/", "\n", "\0", "ä", "true", "@include", "*"];
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(random.GetItems(pieces, random.Next(1, 24)));
            try
            {
                WmediumdImport.Read(text, "x.cfg", null, []);
            }
            catch (ConfigurationException e)
            {
                Assert.That(e.Errors, Is.Not.Empty, text);
            }
        }

        Assert.That(
            () => LibconfigReader.Read("a = " + new string('(', 100_000), "x.cfg"),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("nested more than 32 deep"));
    }
}
