using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Local.Demo;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Tickets;

/// <summary>Whatever people do, in whatever order: what holds for every ticket after every event. A failing seed is named and repeats.</summary>
public sealed class TicketPropertyTests
{
    private const int Lives = 3000;
    private const int Steps = 40;

    private static readonly City City = Create(WorkCalendar.Shipped);

    /// <summary>The same city after a notice that takes some Wednesdays off.</summary>
    private static readonly City Amended = Create(WorkCalendar.Shipped.With(
        new(2026, [.. Enumerable.Range(0, 50).Select(w => new DateOnly(2026, 1, 7).AddDays(7 * w)).Where((_, i) => i % 3 == 0).Select(d => new CalendarDay(d, "停工", true))])));

    /// <summary>The fictional city, with a unit on paper and one whose head signs.</summary>
    private static City Create(WorkCalendar calendar) => new(
        [.. DemoCity.Units.Select(u => u with { OnPaper = u.Id == "water-group", HeadSigns = u.Id is "wangjiang-government" or "street-heting" })],
        DemoCity.Areas, DemoCity.Categories, DemoCity.Catalogue, PolicySet.Default, calendar);

    private static readonly DataKey Key = KeyRing.Create().NewDataKey();

    /// <summary>The lifecycle table: where each action may lead from where.</summary>
    private static readonly HashSet<(TicketState From, string Action, TicketState To)> Table =
    [
        (TicketState.Received, "receive", TicketState.Received),
        (TicketState.Received, "hold-for-desk", TicketState.Received),
        (TicketState.Received, "answer-at-desk", TicketState.Closed),
        (TicketState.Received, "dispatch", TicketState.Dispatched),
        (TicketState.Dispatched, "sign", TicketState.InProgress),
        .. Stay(["return", "contact", "decide-return"], TicketState.Dispatched, TicketState.InProgress),
        (TicketState.Dispatched, "decide-return", TicketState.Received),
        (TicketState.InProgress, "decide-return", TicketState.Received),
        (TicketState.Dispatched, "reassign", TicketState.Dispatched),
        (TicketState.InProgress, "reassign", TicketState.Dispatched),
        .. Stay(["extend", "decide-extension", "suspend", "decide-suspension", "resume"], TicketState.InProgress),
        .. Stay(["join", "opinion", "park", "review", "unpark", "review-due"], TicketState.Dispatched, TicketState.InProgress),
        .. Stay(["delegate", "report", "recall", "draft", "sign-off"], TicketState.InProgress),
        .. Stay(["supervise"], TicketState.Received, TicketState.Dispatched, TicketState.InProgress, TicketState.Answered),
        (TicketState.InProgress, "answer", TicketState.Answered),
        (TicketState.Answered, "audit", TicketState.Answered),
        (TicketState.Answered, "audit", TicketState.InProgress),
        (TicketState.Answered, "audit", TicketState.Closed),
        (TicketState.Answered, "callback", TicketState.Answered),
        (TicketState.Answered, "callback", TicketState.InProgress),
        (TicketState.Answered, "callback", TicketState.Closed),
        .. Stay(["follow-up", "urge", "remind", "recompute", "accept-duplicate", "release-duplicate"],
            TicketState.Received, TicketState.Dispatched, TicketState.InProgress, TicketState.Answered),
        // A target that has ended meanwhile lets go of a duplicate that could not be merged.
        .. Stay(["release-duplicate"], TicketState.Closed, TicketState.Merged, TicketState.Declined, TicketState.HandedOver, TicketState.Terminated),
        .. Enumerable.Range(0, 4).SelectMany(s => new[]
        {
            ((TicketState)s, "merge", TicketState.Merged), ((TicketState)s, "decline", TicketState.Declined),
            ((TicketState)s, "handover", TicketState.HandedOver), ((TicketState)s, "terminate", TicketState.Terminated),
        }),
    ];

    private static IEnumerable<(TicketState, string, TicketState)> Stay(string[] actions, params TicketState[] states) =>
        from action in actions from state in states select (state, action, state);

    [Fact]
    public void Life_OfRandomCommands_ReplaysToTheSameTicketAndKeepsEveryClockInOrder()
    {
        var states = new HashSet<TicketState>();
        var actions = new HashSet<string>();
        var refusals = 0;
        for (var seed = 0; seed < Lives; seed++)
        {
            var random = new Random(seed);
            try
            {
                var events = Live(random, ref refusals);
                states.UnionWith(events.Select(e => e.To));
                actions.UnionWith(events.Select(e => e.Action));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }

        // The walk goes everywhere, or it would prove nothing.
        Assert.Equal(Enum.GetValues<TicketState>().Order(), states.Order());
        Assert.Equal(Table.Select(t => t.Action).Distinct().Order(), actions.Order());
        Assert.True(refusals > Lives, $"{refusals} refusals");
    }

    private static List<TicketEvent> Live(Random random, ref int refusals)
    {
        var now = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.FromHours(8)) + TimeSpan.FromMinutes(random.Next(400_000));
        var intake = AnIntake(random, now);
        var received = TicketRules.Receive(intake, random.Next(20) == 0 ? new("着火", "119") : null, random.Next(5) == 0 ? null : ARoute(random), Actor.Public, new(City, now));
        if (received.Refusal is not null)
        {
            refusals++;
            return [];
        }

        var events = received.Events.ToList();
        var ticket = TicketFold.Replay(events);
        Check(events, ticket, now);
        for (var step = 0; step < Steps; step++)
        {
            now += Pause(random, ticket, now);
            var (command, by) = ACommand(random, ticket);
            var context = new RuleContext(random.Next(10) == 0 ? Amended : City, now);
            var decision = command is null
                ? TicketRules.Routed(ticket, ARoute(random), context)
                : TicketRules.Decide(ticket, command, by, context);
            if (decision.Refusal is { } refusal)
            {
                refusals++;
                Assert.True(global::HotlinePush.Web.Problems.IsListed(refusal.Code), $"{refusal.Code} has no status");
                continue;
            }

            events.AddRange(decision.Events);
            ticket = decision.Events.Aggregate(ticket, TicketFold.Apply);
            Check(events, ticket, now);
        }

        // What is stored says the same as what was decided.
        var stored = events.Select(e => PersonalJson.Deserialize<TicketEvent>(PersonalJson.Serialize(e, Key), Key)).ToList();
        Assert.Equal(Text(ticket), Text(TicketFold.Replay(stored)));
        Assert.Equal(Text(ticket), Text(PersonalJson.Deserialize<Ticket>(PersonalJson.Serialize(ticket, Key), Key)));
        return events;
    }

    private static void Check(List<TicketEvent> events, Ticket ticket, DateTimeOffset now)
    {
        Assert.Equal(Text(TicketFold.Replay(events)), Text(ticket));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.Seq));
        Assert.Equal(events.Count, ticket.Seq);
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        var last = events[^1];
        Assert.True(Table.Contains((last.From, last.Action, last.To)), $"{last.From} {last.Action} {last.To} is not in the table");

        Assert.Equal(Enumerable.Range(1, ticket.Clocks.Length), ticket.Clocks.Select(c => c.Id));
        foreach (var kind in Enum.GetValues<ClockKind>())
            Assert.True(kind is ClockKind.Inner or ClockKind.Order || ticket.Clocks.Count(c => c.Kind == kind && c.StoppedAt is null) <= 1, $"two {kind} clocks run");
        CheckParts(ticket);
        foreach (var clock in ticket.Clocks)
            Check(clock, ticket, now);
        var next = new[] { ticket.Clocks.Min(c => c.NextReminderAt), ticket.Parked?.RemindAt, Ticket.NoMoment }.Min();
        Assert.Equal(next, ticket.NextMoment);
        if (!ticket.State.IsOpen())
        {
            Assert.All(ticket.Clocks, c => Assert.NotNull(c.StoppedAt));
            Assert.Equal(Ticket.NoMoment, ticket.NextMoment);
            Assert.NotNull(ticket.EndedAt);
            Assert.NotNull(ticket.EndReason);
            Assert.DoesNotContain(HotlinePush.Tickets.TicketView.MarksOf(ticket), m => m is not "confidential");
        }

        // Until it is answered somebody owes the resident an answer: the resolve clock is open.
        if (ticket.State is TicketState.Received or TicketState.Dispatched or TicketState.InProgress)
            Assert.NotNull(ticket.Running(ClockKind.Resolve));
        Assert.Equal(ticket.State == TicketState.Dispatched, ticket.Running(ClockKind.Sign) is not null);
        Assert.Equal(ticket.State is TicketState.Dispatched or TicketState.InProgress, ticket.Running(ClockKind.Unit) is not null);
        Assert.True(ticket.ExtendedDays <= ticket.Limits.MaxExtension);
        Assert.Equal(ticket.Suspended || ticket.Parked is not null, ticket.Clocks.Any(c => c.IsSuspended));
        Assert.True(!ticket.Confidential || events.All(e => e is not TicketDispatched { By.Role: Role.System }), "a confidential ticket was dispatched by no person");
        Assert.Equal(ticket.UnreachedDays.Distinct().Count(), ticket.UnreachedDays.Length);
    }

    private static void CheckParts(Ticket ticket)
    {
        // Each unit has one inner clock at most, and only while it owes something.
        var inner = ticket.Clocks.Where(c => c.Kind == ClockKind.Inner && c.StoppedAt is null).Select(c => c.Holder).ToList();
        Assert.Equal(inner.Distinct().Count(), inner.Count);
        Assert.All(inner, unit => Assert.True(ticket.CoUnitIds.Contains(unit) || ticket.Delegation(unit) is not null, $"{unit} owes nothing"));
        Assert.True(inner.Count == 0 || ticket.State is TicketState.Dispatched or TicketState.InProgress);
        // The chain begins at the lead, goes down the tree, and its last link holds the ticket.
        var holder = ticket.LeadUnitId;
        foreach (var link in ticket.Delegations.Where(d => d.EndedAt is null))
        {
            Assert.Equal(holder, link.ByUnitId);
            Assert.True(City.IsAbove(link.ByUnitId, link.UnitId));
            Assert.NotNull(ticket.InnerOf(link.UnitId));
            holder = link.UnitId;
        }

        Assert.Equal(holder, ticket.HeldBy);
        Assert.True(ticket.Draft is null || (ticket.State == TicketState.InProgress && ticket.Draft.UnitId == holder));
        Assert.True(ticket.Delegations.All(d => d.EndedAt is not null) || ticket.State == TicketState.InProgress);
        Assert.True(!ticket.Confidential || !ticket.NamedUnitIds.Any(u => ticket.CoUnitIds.Contains(u) && ticket.InnerOf(u) is not null), "whom it complains of was asked");
        Assert.All(ticket.Opinions, o => Assert.Contains(o.UnitId, ticket.CoUnitIds));
    }

    private static void Check(Clock clock, Ticket ticket, DateTimeOffset now)
    {
        var at = clock.StartedAt;
        foreach (var segment in clock.Segments)
        {
            Assert.Equal(at, segment.From);
            Assert.True(segment.To is null || segment.To >= segment.From, "a segment ends before it begins");
            Assert.NotEqual("", segment.Holder);
            at = segment.To ?? DateTimeOffset.MaxValue;
        }

        Assert.Equal(clock.StoppedAt ?? DateTimeOffset.MaxValue, at);
        Assert.True(clock.DueAt > clock.StartedAt);
        var reminds = clock is { StoppedAt: null, IsSuspended: false } && Reminders.Remind(clock.Kind);
        Assert.Equal(reminds, clock.NextReminderAt is not null);
        Assert.Equal(reminds, clock.Step > 0);
        if (clock.StoppedAt is null && clock.Kind is not (ClockKind.Inner or ClockKind.Order))
            Assert.Equal(clock.Kind == ClockKind.Callback || ticket.LeadUnitId is null ? Holders.Desk : ticket.LeadUnitId, clock.Holder);
        // The deadline is never later than the limit, its extensions and its suspensions make it.
        if (clock.IsSuspended)
            Assert.NotEqual(ClockState.Running, clock.StateAt(now));
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, PersonalJson.PlainOptions);

    private static TimeSpan Pause(Random random, Ticket ticket, DateTimeOffset now) => random.Next(6) switch
    {
        0 => TimeSpan.Zero,
        1 => TimeSpan.FromMinutes(random.Next(60)),
        2 => TimeSpan.FromHours(random.Next(30)),
        3 => TimeSpan.FromDays(random.Next(8)),
        4 when ticket.NextMoment != Ticket.NoMoment && ticket.NextMoment > now => ticket.NextMoment - now,
        _ => TimeSpan.FromSeconds(random.Next(100)),
    };

    private static Intake AnIntake(Random random, DateTimeOffset now) => new()
    {
        Number = TicketNumber.New(CityZone.DateOf(now), () => 1),
        Type = Enum.GetValues<TicketType>()[random.Next(7)],
        Subject = "主题",
        Description = random.Next(4) == 0 ? "云泽市生态环境局的人" : "内容",
        Contact = new("张三", "+8619900000999"),
        Anonymous = random.Next(6) == 0,
        Confidential = random.Next(6) == 0,
        Priority = random.Next(4) == 0 ? Priority.Urgent : Priority.Normal,
        Channel = "web",
        ImportedReceipt = random.Next(8) == 0 ? now - TimeSpan.FromDays(random.Next(60)) : null,
    };

    private static Route ARoute(Random random) => random.Next(5) == 0
        ? new(null, [], null, null, null, 0.1, DeskReasons.LowConfidence, [])
        : new(AUnit(random), [], "hjbh-02-03", null, "rule", 0.9, null, []);

    private static string AUnit(Random random) => new[] { "gas-company", "city-environment", "city-tax", "water-group", "city-government", "wangjiang-government" }[random.Next(6)];

    /// <summary>What co-units, those below, heads, supervisors and the desk for a unit on paper do.</summary>
    private static (TicketCommand? Command, Actor By) APartCommand(Random random, Ticket ticket, string? note, bool yes)
    {
        var lead = new Actor(Role.Unit, "u", ticket.LeadUnitId);
        var holder = new Actor(Role.Unit, "u", ticket.HeldBy, random.Next(3) switch { 0 => Position.Clerk, 1 => Position.Head, _ => null });
        var supervisor = new Actor(Role.Supervisor, "s");
        var below = City.Below(ticket.HeldBy!).Select(u => u.Id).Append("bus-group").ToList();
        return random.Next(13) switch
        {
            0 => (new JoinUnits([AUnit(random), AUnit(random)], "请提意见"), random.Next(2) == 0 ? lead : new(Role.Desk, "d")),
            1 => (new GiveOpinion("意见"), new(Role.Unit, "c", ticket.CoUnitIds.Length > 0 ? ticket.CoUnitIds[random.Next(ticket.CoUnitIds.Length)] : "bus-group")),
            2 or 3 or 4 => (new DelegateTicket(below[random.Next(below.Count)], random.Next(3) == 0 ? random.Next(5) : null, "请办理"), random.Next(8) == 0 ? lead : holder),
            5 or 6 => (new AnswerTicket("答复", null, []), random.Next(4) == 0 ? new(Role.Desk, "d") : holder),
            7 => (new Recall(note ?? ""), random.Next(2) == 0 ? lead : holder),
            8 or 9 => (new SignOff(yes, note), holder),
            10 => (new Park("policyGap", "暂无政策", LastChange(ticket).AddDays(random.Next(100))), supervisor),
            11 => (new ReviewParked("再等", LastChange(ticket).AddDays(random.Next(100))), supervisor),
            _ => (new Unpark("政策已出台", []), supervisor),
        };
    }

    private static DateTimeOffset LastChange(Ticket ticket) => ticket.Clocks.SelectMany(c => c.Segments).Max(s => s.To ?? s.From);

    /// <summary>Mostly by somebody who may, and often what the state allows; null stands for a late route.</summary>
    private static (TicketCommand? Command, Actor By) ACommand(Random random, Ticket ticket)
    {
        var note = random.Next(4) == 0 ? null : "说明";
        var yes = random.Next(3) > 0;
        var lead = new Actor(Role.Unit, "u", random.Next(20) == 0 ? "bus-group" : ticket.LeadUnitId ?? "bus-group");
        var desk = new Actor(random.Next(3) == 0 ? Role.Supervisor : Role.Desk, "d");
        var likely = random.Next(3) > 0;
        if (random.Next(3) == 0 && ticket.State is TicketState.Dispatched or TicketState.InProgress)
            return APartCommand(random, ticket, note, yes);
        if (likely && ticket.State == TicketState.Received)
            return random.Next(8) == 0 ? (new AnswerAtDesk("答复"), desk) : (new Dispatch(AUnit(random), [], random.Next(4) == 0, "脱敏"), desk);
        if (likely && ticket.State == TicketState.Dispatched && ticket.ReturnRequest is null)
            return random.Next(3) == 0 ? (new ReturnTicket("notOurDuty", "不属本单位"), lead) : (new Sign(), lead);
        if (likely && ticket is { State: TicketState.Answered, AuditAccepted: true })
            return (new CallBack(yes, yes ? random.Next(2) == 0 : null, yes ? random.Next(2) == 0 : null), desk);
        if (random.Next(30) == 0)
            return (new Supervise("请限期办结", random.Next(1, 5)), new(Role.Supervisor, "s"));
        return random.Next(27) switch
        {
            0 => (new AnswerAtDesk("答复"), desk),
            1 => (new Dispatch(AUnit(random), [AUnit(random)], false, note), desk),
            2 => (new Sign(), lead),
            3 => (new ReturnTicket(random.Next(5) == 0 ? "?" : "wrongArea", "不在辖区"), lead),
            4 or 5 => (new DecideReturn(yes, note, random.Next(2) == 0 ? AUnit(random) : null), desk),
            6 => (new Reassign(AUnit(random), note ?? ""), desk),
            7 => (new ContactResident(note), random.Next(3) == 0 ? desk : lead),
            8 => (new Extend(random.Next(-1, 9), "complex"), lead),
            9 => (new DecideExtension(yes, note), desk),
            10 => (new Suspend("thirdParty"), lead),
            11 => (new DecideSuspension(yes, note), desk),
            12 => (new Resume(), random.Next(2) == 0 ? desk : lead),
            13 or 14 => (new AnswerTicket("答复", "resolved", []), lead),
            15 or 16 => (new Audit(yes, note), desk),
            17 => (new CallBack(true, true, random.Next(2) == 0), random.Next(2) == 0 ? Actor.Resident : desk),
            18 => (new FollowUp("补充"), Actor.Resident),
            19 => (new Urge(), Actor.Resident),
            20 => (new RecomputeDeadlines(), Actor.System),
            21 => (new AcceptDuplicate($"n{random.Next(4)}"), desk),
            22 => (new ReleaseDuplicate($"n{random.Next(4)}"), desk),
            23 => random.Next(6) switch
            {
                0 => (new MergeInto("26030200000000"), desk),
                1 => (new Decline("vague", "不明确"), desk),
                2 => (new HandOver("110", "接警员"), desk),
                3 => (new Terminate("repeated", "重复"), desk),
                _ => (new Urge(), desk),
            },
            24 => (null, Actor.System),
            _ => (new FireReminders(), Actor.System),
        };
    }
}
