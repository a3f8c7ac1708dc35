using HotlinePush.Inbound.Calls;
using HotlinePush.Security;

namespace HotlinePush.Tests.Inbound.Calls;

public sealed class CallRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);
    private static readonly Call None = new() { Id = new('0', 32), Source = "calls", CallId = "1", HeardAt = Start };

    [Fact]
    public void Reports_InAnyOrderAndRepeated_MakeTheSameCall()
    {
        CallReport[] reports =
        [
            Report(CallState.Ringing, 0, "8011"), Report(CallState.Missed, 20, "8011"), Report(CallState.Ringing, 21, "8012"), Report(CallState.Answered, 30, "8012"),
            Report(CallState.Ended, 95) with { RecordingUrl = "https://pbx.example/1" },
        ];
        var random = new Random(7);
        for (var run = 0; run < 500; run++)
        {
            var order = reports.Concat(reports).ToArray();
            random.Shuffle(order);
            var call = order.Aggregate(None, (c, r) => CallRules.Apply(c, r, ("+8613800138000", "h1-x")));

            Assert.Equal((CallState.Ended, "8012", Start, Start.AddSeconds(30), Start.AddSeconds(95)), (call.State, call.Agent, call.RingingAt, call.AnsweredAt, call.EndedAt));
            Assert.Equal("https://pbx.example/1", call.RecordingUrl);
            Assert.Same(call, CallRules.Apply(call, reports[run % reports.Length], ("+8613800138000", "h1-x")));
        }
    }

    [Theory]
    [InlineData(CallState.Ended, CallState.Ended)]
    [InlineData(CallState.Ended, CallState.Answered, CallState.Ended)]
    [InlineData(CallState.Missed, CallState.Ringing, CallState.Missed)]
    [InlineData(CallState.Missed, CallState.Ended, CallState.Missed)]
    [InlineData(CallState.Answered, CallState.Missed, CallState.Answered)]
    [InlineData(CallState.Ended, CallState.Missed, CallState.Ended, CallState.Answered)]
    public void State_AfterReports_IsWhatAllOfThemSay(CallState expected, params CallState[] states)
    {
        var call = states.Select((s, i) => Report(s, i)).Aggregate(None, (c, r) => CallRules.Apply(c, r, (null, null)));

        Assert.Equal(expected, call.State);
    }

    [Fact]
    public void Callback_WhateverTheOrderOfCalls_IsOpenWhileSomethingMissedCameAfterTheLastTalk()
    {
        var random = new Random(11);
        for (var run = 0; run < 2_000; run++)
        {
            var calls = Enumerable.Range(0, random.Next(1, 9)).Select(i => (Id: "c" + i, At: Start.AddMinutes(random.Next(60)), Missed: random.Next(3) > 0)).ToArray();
            var talk = calls.Where(c => !c.Missed).Select(c => (DateTimeOffset?)c.At).Max();
            var wanted = calls.Where(c => c.Missed && !(c.At <= talk)).Select(c => c.Id).Order(StringComparer.Ordinal).ToArray();

            foreach (var _ in Enumerable.Range(0, 5))
            {
                var order = calls.Concat(calls).ToArray();
                random.Shuffle(order);
                var caller = order.Aggregate(new MissedCaller { Hash = "h1-x" }, (c, call) => call.Missed
                    ? MissedCallerRules.Miss(c, new(call.Id, call.At, "12345"), "+8613800138000", urgent: false)
                    : MissedCallerRules.GetThrough(c, call.Id, call.At, Actor.System));

                Assert.Equal(wanted, caller.Missed.Select(m => m.Call).Order(StringComparer.Ordinal));
                Assert.Equal(wanted.Length > 0, caller.Phone is not null && !caller.Missed.IsEmpty);
            }
        }
    }

    [Fact]
    public void Callback_ThreeTriesInVain_EndsAndANewCallOpensAnother()
    {
        var desk = new Actor(Role.Desk, "agent");
        var caller = MissedCallerRules.Miss(new() { Hash = "h1-x" }, new("a", Start, null), "+8613800138000", urgent: true);
        for (var i = 1; i <= MissedCallerRules.MostTries; i++)
            caller = MissedCallerRules.CallBack(caller, false, null, desk, Start.AddHours(i)).After!;

        Assert.Equal((CallbackEnd.Unreachable, 1, null, false), (caller.Settled!.End, caller.Settled.Calls, caller.Phone, caller.Urgent));
        Assert.Equal("wrongState", MissedCallerRules.CallBack(caller, true, null, desk, Start.AddHours(4)).Refusal?.Code);

        var again = MissedCallerRules.Miss(caller, new("b", Start.AddHours(5), null), "+8613800138000", urgent: false);
        Assert.Equal(("b", 0), (Assert.Single(again.Missed).Call, again.Tries.Length));
        Assert.Same(caller, MissedCallerRules.Miss(caller, new("a", Start, null), "+8613800138000", urgent: false));
    }

    [Fact]
    public void Callback_OfSomebodyWhoRingsWithoutEnd_StaysOneOfBoundedSize()
    {
        var caller = new MissedCaller { Hash = "h1-x" };
        for (var i = 0; i < 500; i++)
            caller = MissedCallerRules.Miss(caller, new("c" + i, Start.AddSeconds(i), "12345"), "+8613800138000", urgent: false);

        Assert.Equal(MissedCallerRules.MostCalls, caller.Missed.Length);
    }

    private static CallReport Report(CallState state, int seconds, string? agent = null) => new("1", state, Start.AddSeconds(seconds), "13800138000", "12345", agent);
}
