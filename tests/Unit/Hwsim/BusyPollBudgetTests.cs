using ShmWifi.Hwsim;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>Whom the service waits for awake.</summary>
public class BusyPollBudgetTests
{
    private const long Ms = 1_000_000;
    private const long MaxNs = 3 * Ms;

    private long _nowNs = 1_000 * Ms;

    [Test]
    public void AQuestionOutOfSilenceIsWorthALook()
    {
        var answers = new BusyPollBudget(MaxNs);
        answers.OnAsked(_nowNs);
        Assert.That(answers.DeadlineNs, Is.InRange(_nowNs + 1, _nowNs + MaxNs));
    }

    [Test]
    public void AStreamIsNot()
    {
        var answers = new BusyPollBudget(MaxNs);
        answers.OnAsked(_nowNs);
        answers.OnReceived(_nowNs + Ms);
        answers.OnAsked(_nowNs + 4 * Ms);
        Assert.That(answers.DeadlineNs, Is.Zero, "the last frame passed 3 ms ago");
    }

    [Test]
    public void AfterTheAnswerThereIsNothingToPollFor()
    {
        var answers = new BusyPollBudget(MaxNs);
        answers.OnAsked(_nowNs);
        answers.OnReceived(_nowNs + Ms);
        Assert.That(answers.DeadlineNs, Is.Zero);
    }

    [Test]
    public void WhoAnswersLateIsNoLongerLookedFor()
    {
        var answers = new BusyPollBudget(MaxNs);
        Ask(answers, tookNs: 20 * Ms, times: 3);
        answers.OnAsked(_nowNs);
        Assert.That(answers.DeadlineNs, Is.Zero);
    }

    [Test]
    public void WhoAnswersSoonAgainIsLookedForAgain()
    {
        var answers = new BusyPollBudget(MaxNs);
        Ask(answers, tookNs: 20 * Ms, times: 10);
        Ask(answers, tookNs: Ms, times: 10);
        answers.OnAsked(_nowNs);
        Assert.That(answers.DeadlineNs, Is.InRange(_nowNs + Ms, _nowNs + MaxNs));
    }

    [Test]
    public void TheLookIsAboutTwiceAsLongAsAnswersTake()
    {
        var answers = new BusyPollBudget(MaxNs);
        Ask(answers, tookNs: Ms / 2, times: 50);
        answers.OnAsked(_nowNs);
        Assert.That(answers.DeadlineNs - _nowNs, Is.EqualTo(Ms).Within(Ms / 10));
    }

    [Test]
    public void ZeroNeverLooks()
    {
        var answers = new BusyPollBudget(0);
        answers.OnAsked(_nowNs);
        Assert.That(answers.DeadlineNs, Is.Zero);
    }

    private void Ask(BusyPollBudget answers, long tookNs, int times)
    {
        for (int i = 0; i < times; i++)
        {
            answers.OnAsked(_nowNs);
            answers.OnReceived(_nowNs += tookNs);
            _nowNs += 100 * Ms;
        }
    }
}
