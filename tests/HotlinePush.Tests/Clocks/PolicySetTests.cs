using HotlinePush.Clocks;
using HotlinePush.Tickets;
using static HotlinePush.Tests.Clocks.ClockWords;

namespace HotlinePush.Tests.Clocks;

public class PolicySetTests
{
    [Theory]
    [InlineData(TicketType.Inquiry, Priority.Normal, "4 wh", "1 wd", "3 wd", "2 wd", "3 wd", 10)]
    [InlineData(TicketType.Help, Priority.Normal, "4 wh", "1 wd", "5 wd", "4 wd", "3 wd", 10)]
    [InlineData(TicketType.Complaint, Priority.Normal, "4 wh", "1 wd", "5 wd", "4 wd", "3 wd", 10)]
    [InlineData(TicketType.Report, Priority.Normal, "4 wh", "1 wd", "5 wd", "4 wd", "3 wd", 10)]
    [InlineData(TicketType.Suggestion, Priority.Normal, "4 wh", "1 wd", "5 wd", "4 wd", "3 wd", 10)]
    [InlineData(TicketType.Praise, Priority.Normal, "4 wh", "1 wd", "5 wd", "4 wd", "3 wd", 10)]
    [InlineData(TicketType.InformationRequest, Priority.Normal, "4 wh", "1 wd", "20 wd", "19 wd", "3 wd", 20)]
    [InlineData(TicketType.Inquiry, Priority.Urgent, "30 min", "2 h", "24 h", "20 h", "1 wd", 10)]
    [InlineData(TicketType.Complaint, Priority.Urgent, "30 min", "2 h", "24 h", "20 h", "1 wd", 10)]
    public void Default_ByTypeAndPriority_IsTheDesignsTable(
        TicketType type, Priority priority, string sign, string response, string resolve, string unit, string callback, int extension) => Assert.Equal(
        new TicketLimits(Limit(sign), Limit(response), Limit(resolve), Limit(unit), Limit(callback), extension),
        PolicySet.Default.LimitsFor(type, priority, null));

    [Theory]
    [InlineData(TicketType.Praise)]
    [InlineData(TicketType.InformationRequest)]
    public void LimitsFor_UrgentPraiseOrInformationRequest_AreNone(TicketType type) =>
        Assert.Null(PolicySet.Default.LimitsFor(type, Priority.Urgent, null));

    [Fact]
    public void LimitsFor_SeveralMatchingRules_TheMostSpecificWins()
    {
        var policy = new PolicySet(2, [
            new(CategoryPrefix: "housing-rent", Resolve: TimeLimit.WorkingDays(2)),
            new(CategoryPrefix: "housing", Resolve: TimeLimit.WorkingDays(8), Sign: TimeLimit.WorkingHours(2)),
            new(Type: TicketType.Complaint, Resolve: TimeLimit.WorkingDays(7), MaxExtension: 3),
            new(Type: TicketType.Complaint, Priority: Priority.Urgent, Unit: TimeLimit.Hours(3)),
        ]);

        var limits = policy.LimitsFor(TicketType.Complaint, Priority.Normal, "housing-rent-deposit")!;

        Assert.Equal((Limit("2 wd"), Limit("1 wd"), Limit("2 wh"), 3), (limits.Resolve, limits.Unit, limits.Sign, limits.MaxExtension));
        Assert.Equal(Limit("3 h"), policy.LimitsFor(TicketType.Complaint, Priority.Urgent, null)!.Unit);
        Assert.Equal(Limit("5 wd"), policy.LimitsFor(TicketType.Help, Priority.Normal, null)!.Resolve);
    }

    [Fact]
    public void LimitsFor_ResolveOfOneWorkingDay_LeavesTheUnitOne() => Assert.Equal(
        Limit("1 wd"),
        new PolicySet(2, [new(Resolve: TimeLimit.WorkingDays(1))]).LimitsFor(TicketType.Help, Priority.Normal, null)!.Unit);

    public static TheoryData<PolicyRule, string> BadRules => new()
    {
        { new(Sign: new(0, LimitUnit.Hours)), "rules[0].sign.amount amountOutOfRange" },
        { new(Response: new(1001, LimitUnit.Hours)), "rules[0].response.amount amountOutOfRange" },
        { new(Callback: new(1, (LimitUnit)9)), "rules[0].callback.amount amountOutOfRange" },
        { new(MaxExtension: -1), "rules[0].maxExtension amountOutOfRange" },
        { new(Type: TicketType.Help), "rules[0] emptyRule" },
        { new(Type: (TicketType)99, MaxExtension: 1), "rules[0].type unknownType" },
        { new(Priority: (Priority)99, MaxExtension: 1), "rules[0].priority unknownPriority" },
        { new(Type: TicketType.Praise, Priority: Priority.Urgent, MaxExtension: 1), "rules[0].priority neverTaken" },
        { new(CategoryPrefix: "", MaxExtension: 1), "rules[0].categoryPrefix badPrefix" },
        { new(CategoryPrefix: "Housing", MaxExtension: 1), "rules[0].categoryPrefix badPrefix" },
        { null!, "rules[0] required" },
        { new(Type: TicketType.InformationRequest, CategoryPrefix: "a-1", Unit: TimeLimit.WorkingDays(1000), MaxExtension: 0), "" },
    };

    [Theory]
    [MemberData(nameof(BadRules), DisableDiscoveryEnumeration = true)]
    public void Validate_OfARule_NamesWhatIsWrong(PolicyRule rule, string problems) =>
        Assert.Equal(problems, string.Join(';', new PolicySet(1, [rule]).Validate().Select(p => $"{p.Field} {p.Code}")));

    [Fact]
    public void Validate_OfASet_NamesRepeatedRulesAndBounds()
    {
        Assert.Empty(PolicySet.Default.Validate());
        var rule = new PolicyRule(Type: TicketType.Help, MaxExtension: 1);
        Assert.Equal("rules[1]", Assert.Single(new PolicySet(1, [rule, rule with { MaxExtension = 2 }]).Validate()).Field);
        Assert.Equal("versionOutOfRange", Assert.Single(new PolicySet(0, []).Validate()).Code);
        Assert.Equal("tooManyRules", Assert.Single(new PolicySet(1, [.. Enumerable.Repeat(rule, 1001)]).Validate()).Code);
    }
}
