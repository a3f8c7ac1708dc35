using HotlinePush.Operations;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Cloud;

/// <summary>Runs that a platform's timers begin by name.</summary>
public sealed class TimedRunTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Run_WhenItsScheduleIsFixed_IsDoneWheneverItIsCalled()
    {
        var time = new ManualTimeProvider(Day.AddMinutes(3));

        Assert.Equal(7, await Runs(time, new TimedRun("A", TimeSpan.FromMinutes(5), _ => Task.FromResult(7))).RunAsync("A", default));
    }

    [Fact]
    public async Task Run_WhenNothingOfThatNameIsSet_DoesNothing() => Assert.Equal(0, await Runs(new ManualTimeProvider(Day)).RunAsync(TimedRuns.ReadBounces, default));

    [Theory]
    [InlineData(5, 288)]
    [InlineData(1, 1440)]
    [InlineData(60, 24)]
    public void Run_WhenASettingSaysHowOften_IsDueThatOftenOfTheTriggersCalls(int minutes, int times)
    {
        var run = new TimedRun("A", TimeSpan.FromMinutes(minutes), _ => Task.FromResult(1)) { BySetting = true };

        // A timer fires some milliseconds early as well as late.
        Assert.Equal(times, Enumerable.Range(0, 1440).Count(m => run.IsDue(Day.AddMinutes(m).AddMilliseconds(m % 2 == 0 ? -40 : 900))));
    }

    private static TimedRuns Runs(ManualTimeProvider time, params TimedRun[] runs) => new(runs, time);
}
