namespace ShmWifi.Tests.System;

/// <summary>What our programs print is shown while tests run.</summary>
[SetUpFixture]
internal sealed class Onlooker
{
    [OneTimeSetUp]
    public void Look() => ProgramProcess.Onlooker = TestContext.Progress.WriteLine;
}
