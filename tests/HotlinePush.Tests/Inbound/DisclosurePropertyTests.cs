using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Tickets.Disclosure;

namespace HotlinePush.Tests.Inbound;

/// <summary>The limit of an application over thousands of lives: from the correction anew, without the third parties' time, with the extension.</summary>
public sealed class DisclosurePropertyTests
{
    private static readonly HotlinePush.Units.City City = DemoCity.Create(PolicySet.Default, WorkCalendar.Shipped);
    private static readonly Actor Lead = new(Role.Unit, "lead", "city-environment");

    [Fact]
    public void Deadline_OverAnyLife_IsTwentyWorkingDaysOfTheTimeThatCounts()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var now = HotlineApp.Start.AddMinutes(random.Next(0, 60 * 24 * 60));
            var ticket = Received(now);
            var (from, extended, stops) = (now, 0, new List<Suspension>());
            Do(new Sign());
            for (var step = random.Next(6); step > 0; step--)
                switch (random.Next(3))
                {
                    case 0 when Do(new AskCorrection("请写明年份", 10)):
                        Pass(6);
                        Assert.True(Do(new CorrectApplication("2025 年"), Actor.Resident));
                        (from, stops) = (now, []);
                        break;
                    case 1 when Do(new AskThirdParty()):
                        var (asked, due) = (now, ticket.Disclosure!.Consulted!.ReplyDueAt);
                        Pass(40);
                        if (now >= due)
                            Do(new FireReminders(), Actor.System);
                        else
                            Assert.True(Do(new RecordThirdParty(true)));
                        stops.Add(new(asked, now < due ? now : due));
                        break;
                    case 2 when extended == 0 && Do(new Extend(7, "complex")):
                        Assert.True(Do(new DecideExtension(true), new(Role.Supervisor, "s")));
                        extended = 7;
                        break;
                    default:
                        Pass(2);
                        break;
                }

            var resolve = ticket.Running(ClockKind.Resolve)!;
            // A limit that begins anew is the law's; what was granted before it is used up.
            var days = 20 + resolve.ExtendedDays;
            Assert.False(resolve.IsSuspended);
            Assert.Equal(from, resolve.StartedAt);
            Assert.Equal(DeadlineCalculator.Compute(from, TimeLimit.WorkingDays(days), City.Calendar, OfficeHours.Default, [.. stops]).DueAt, resolve.DueAt);
            Assert.True(ticket.Running(ClockKind.Unit)!.DueAt <= resolve.DueAt, $"seed {seed}");
            Assert.Equal(ticket, Again(ticket), Same);

            bool Do(TicketCommand command, Actor? by = null)
            {
                var decision = TicketRules.Decide(ticket, command, by ?? Lead, new(City, now));
                if (decision.Refusal is not null)
                    return false;
                _events.AddRange(decision.Events);
                ticket = decision.Events.Aggregate(ticket, TicketFold.Apply);
                return true;
            }

            void Pass(int days) => now = now.AddMinutes(random.Next(1, days * 24 * 60));
        }
    }

    private readonly List<TicketEvent> _events = [];

    private Ticket Again(Ticket _) => TicketFold.Replay(_events);

    private static bool Same(Ticket one, Ticket other) => one.Seq == other.Seq && one.NextMoment == other.NextMoment && one.Disclosure!.ThirdParties.Length == other.Disclosure!.ThirdParties.Length;

    private Ticket Received(DateTimeOffset now)
    {
        var context = new RuleContext(City, now);
        var intake = new Intake { Number = "26030200000017", Type = TicketType.InformationRequest, Subject = "合同", Description = "合同", Channel = "web", Contact = new("周婉", "+8619900012399") };
        var route = new Route("city-environment", [], "hjbh", null, "r", null, null, []);
        var application = new NewApplication(ApplicantKind.Person, "周婉", IdentityProof.ResidentCard, "合同", InformationForm.Electronic, InformationDelivery.Online);
        var decision = TicketRules.WithApplication(TicketRules.Receive(intake, null, route, Actor.Public, context), application, Actor.Public, context);
        _events.Clear();
        _events.AddRange(decision.Events);
        return TicketFold.Replay(decision.Events);
    }
}
