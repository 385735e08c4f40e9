namespace ShmWifi.Tests.Unit;

/// <summary>What daemons print is shown while tests run.</summary>
[SetUpFixture]
internal sealed class Onlooker
{
    [OneTimeSetUp]
    public void Look() => ProgramProcess.Onlooker = TestContext.Progress.WriteLine;
}
