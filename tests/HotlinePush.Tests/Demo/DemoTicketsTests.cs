using HotlinePush.Local.Demo;
using HotlinePush.Routing;
using HotlinePush.Tickets;

namespace HotlinePush.Tests.Demo;

public sealed class DemoTicketsTests
{
    private static readonly DemoLife[] Ended =
    [
        DemoLife.ClosedSatisfied, DemoLife.ClosedAfterRedo, DemoLife.ClosedUnreachable, DemoLife.AnsweredAtDesk,
        DemoLife.Declined, DemoLife.Terminated, DemoLife.HandedOver, DemoLife.Merged,
    ];

    public static TheoryData<string> BothLists => ["written", "several"];

    private static IReadOnlyList<DemoTicket> List(string name) => name == "written" ? DemoTickets.All : DemoTickets.Several(600);

    [Fact]
    public void Written_Always_CoverEveryTypeLifeChannelAndFirstLevel()
    {
        var all = DemoTickets.All;
        Assert.True(all.Count >= 160);
        Assert.Equal(Enum.GetValues<TicketType>().ToHashSet(), all.Select(t => t.Type).ToHashSet());
        Assert.Equal(Enum.GetValues<DemoLife>().ToHashSet(), all.Select(t => t.Life).ToHashSet());
        Assert.Equal(new HashSet<string> { "phone", "web", "wechat", "sms", "email", "app" }, all.Select(t => t.Channel).ToHashSet());
        Assert.Equal(15, all.Select(t => t.CategoryId.Split('-')[0]).Distinct().Count());
        Assert.Equal(3, all.Select(t => t.AreaId[..6]).Distinct().Count());
        Assert.Contains(all, t => t.Contact.Anonymous);
        Assert.Contains(all, t => t.Contact.Confidential);
    }

    [Theory, MemberData(nameof(BothLists))]
    public void Requests_Always_NameKnownCategoriesAndAreas(string list)
    {
        var categories = DemoCity.Categories.Select(c => c.Id).ToHashSet();
        var areas = DemoCity.Areas.Select(a => a.Id).ToHashSet();
        Assert.All(List(list), t =>
        {
            Assert.Contains(t.CategoryId, categories);
            Assert.InRange(Taxonomy.LevelOf(t.CategoryId), 2, 3);
            Assert.Contains(t.AreaId, areas);
        });
    }

    [Theory, MemberData(nameof(BothLists))]
    public void Requests_Always_DifferInSubjectAndAreFilledIn(string list)
    {
        var tickets = List(list);
        Assert.Equal(tickets.Count, tickets.Select(t => t.Subject).Distinct(StringComparer.Ordinal).Count());
        Assert.All(tickets, t =>
        {
            Assert.DoesNotContain("{", t.Subject + t.Description + t.Reply + t.Code, StringComparison.Ordinal);
            Assert.InRange(t.Description.Length, 30, 200);
            Assert.InRange(t.Subject.Length, 6, 40);
        });
    }

    [Theory, MemberData(nameof(BothLists))]
    public void Contacts_Always_AreReachableAtFictionalNumbersOrAnonymous(string list)
    {
        var phones = List(list).Where(t => !t.Contact.Anonymous).Select(t => t.Contact.Phone!).ToArray();
        Assert.All(phones, p => Assert.Matches(DemoCityTests.FictionalPhone(), p));
        Assert.Equal(phones.Length, phones.Distinct().Count());
        Assert.Empty(phones.Intersect(DemoCity.Units.SelectMany(u => u.Contacts!).Select(c => c.Phone!)));
        Assert.All(List(list).Where(t => t.Contact.Anonymous), t => Assert.Null(t.Contact.Phone ?? t.Contact.Name ?? t.Contact.Email));
        Assert.All(List(list).Where(t => t.Channel == "email" && !t.Contact.Anonymous),
            t => Assert.EndsWith(".invalid", t.Contact.Email, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(BothLists))]
    public void Lives_Always_HaveTheTextAndCodeTheirActionsNeed(string list) =>
        Assert.All(List(list), t =>
        {
            string[] codes = t.Life switch
            {
                DemoLife.Answered or DemoLife.ClosedSatisfied or DemoLife.ClosedAfterRedo or DemoLife.ClosedUnreachable => ["resolved", "partly", "explained"],
                DemoLife.ReturnRequested => ["notOurDuty", "wrongArea", "insufficientInfo", "otherLegalChannel"],
                DemoLife.Suspended => ["thirdParty", "materialAwaited", "legalProcedure"],
                DemoLife.ExtensionAsked => ["complex", "jointHandling", "forceMajeure"],
                DemoLife.Declined => ["otherLegalChannel", "notGovernment", "vague", "abusive"],
                DemoLife.Terminated => ["callerWithdrew", "callerUncooperative", "repeated"],
                DemoLife.HandedOver => ["110", "119", "120", "122"],
                _ => [],
            };
            if (codes.Length > 0)
                Assert.Contains(t.Code, codes);
            else if (t.Life != DemoLife.Merged)
                Assert.Null(t.Code);
            var speaks = t.Life is DemoLife.Answered or DemoLife.ClosedSatisfied or DemoLife.ClosedAfterRedo or DemoLife.ClosedUnreachable
                or DemoLife.AnsweredAtDesk or DemoLife.Declined or DemoLife.Terminated or DemoLife.ReturnRequested;
            Assert.Equal(speaks, t.Reply is not null);
        });

    [Theory, MemberData(nameof(BothLists))]
    public void Days_Always_FitTheLife(string list) =>
        Assert.All(List(list), t =>
        {
            // Fewer days than the shortest clock could take, or more than the longest with a week of holidays in it.
            var (least, most) = t.Life switch
            {
                DemoLife.WaitingAtDesk or DemoLife.Dispatched or DemoLife.ReturnRequested => (0, 1),
                _ when t.Type == TicketType.InformationRequest => (0, 14),
                DemoLife.InProgress => (0, t.Priority == Priority.Urgent ? 0 : t.Type == TicketType.Inquiry ? 2 : 4),
                DemoLife.ExtensionAsked => (1, 4),
                DemoLife.Answered => (2, 5),
                DemoLife.Suspended => (5, 20),
                DemoLife.Overdue => (16, 30),
                DemoLife.AnsweredAtDesk or DemoLife.Merged => (0, 42),
                DemoLife.ClosedUnreachable => (20, 42),
                _ => (5, 42),
            };
            Assert.InRange(t.DaysAgo, least, most);
        });

    [Theory, MemberData(nameof(BothLists))]
    public void Merged_Always_JoinAnEarlierOpenRequestOfTheSamePlace(string list)
    {
        var tickets = List(list);
        var merged = tickets.Where(t => t.Life == DemoLife.Merged).ToArray();
        Assert.NotEmpty(merged);
        Assert.All(merged, t =>
        {
            var target = Assert.Single(tickets, o => o.Subject == t.Code);
            Assert.DoesNotContain(target.Life, Ended);
            Assert.False(target.Contact.Confidential);
            Assert.Equal(t.AreaId, target.AreaId);
            Assert.True(target.DaysAgo >= t.DaysAgo);
        });
    }

    [Theory, MemberData(nameof(BothLists))]
    public void Urgent_Always_IsNeitherPraiseNorInformationRequest(string list) =>
        Assert.All(List(list).Where(t => t.Priority == Priority.Urgent),
            t => Assert.False(t.Type is TicketType.Praise or TicketType.InformationRequest));

    [Fact]
    public void UnitText_WhenConfidential_KeepsTheOriginalWordsBack() =>
        Assert.All(DemoTickets.All, t =>
        {
            Assert.Equal(t.Contact.Confidential, t.UnitText is not null);
            if (t.UnitText is { } text)
                Assert.DoesNotContain(t.Description[..8], text, StringComparison.Ordinal);
        });

    [Fact]
    public void Several_AskedTwice_GivesTheSame()
    {
        Assert.Equal(DemoTickets.Several(400), DemoTickets.Several(400));
        Assert.Equal(400, DemoTickets.Several(400).Count);
        Assert.Equal(DemoTickets.All, DemoTickets.Several(400).Take(DemoTickets.All.Count));
    }
}
