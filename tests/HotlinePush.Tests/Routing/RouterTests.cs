using HotlinePush.Routing;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Tests.Routing;

public sealed class RouterTests
{
    private sealed class Fixed(string categoryId, double confidence) : ICategoryClassifier
    {
        public IReadOnlyList<CategorySuggestion> Suggest(string text, int max) => [new(categoryId, confidence, ["路灯"])];
    }

    private static readonly CatalogueRule[] Rules =
        [new("urban", "cxjs-02", "", "city-urban", ["wangjiang", "city-urban"]), new("edu", "jywt", "", "city-edu", Priority: Priority.Urgent)];

    private static RoutingDecision Route(RoutingInput input, string suggested = "cxjs-02", double confidence = 0.9) =>
        new Router(SmallCity.With(Rules)).Route(input, new Fixed(suggested, confidence));

    private static RoutingInput Input(string text = "路灯坏了") => new(TicketType.Complaint, text, text);

    [Fact]
    public void Router_WhenSureAndARuleFits_NamesLeadAndCoUnits()
    {
        var decision = Route(Input("望江区路灯坏了"));
        Assert.Equal(("cxjs-02", "3301", "city-urban"), (decision.CategoryId, decision.AreaId, decision.LeadUnitId));
        Assert.Equal(["wangjiang"], decision.CoUnitIds);
        Assert.Null(decision.Desk);
        Assert.Equal("city-urban", Assert.Single(decision.Suggestions).UnitId);
    }

    [Fact]
    public void Router_WhenUnsure_LeavesItToTheDeskWithSuggestions()
    {
        var decision = Route(Input(), confidence: 0.3);
        Assert.Equal("lowConfidence", decision.Desk?.Code);
        Assert.Null(decision.LeadUnitId);
        Assert.NotEmpty(decision.Suggestions);
    }

    [Fact]
    public void Router_WhenTheCategoryWasChosen_AsksNoConfidence()
    {
        var decision = Route(Input() with { CategoryId = "jywt-03" }, confidence: 0.1);
        Assert.Equal(("jywt-03", 1.0, "city-edu", Priority.Urgent), (decision.CategoryId, decision.Confidence, decision.LeadUnitId, decision.Priority));
        Assert.Equal(["jywt-03"], decision.Suggestions.Select(s => s.CategoryId));
    }

    [Fact]
    public void Router_WhenNoRuleFits_SaysSo() => Assert.Equal("noRule", Route(Input(), "zf-05").Desk?.Code);

    [Fact]
    public void Router_WhenConfidential_NeverNamesAUnitToDispatchTo()
    {
        var decision = Route(Input() with { Confidential = true });
        Assert.Equal("confidential", decision.Desk?.Code);
        Assert.Null(decision.LeadUnitId);
        Assert.Empty(decision.CoUnitIds);
    }

    [Fact]
    public void Router_WhenAlarmed_RaisesPriorityAndStillRoutes()
    {
        var decision = Route(Input("楼下着火了，快来人"));
        Assert.Equal(("119", Priority.Urgent, "city-urban"), (decision.Alarm?.Service, decision.Priority, decision.LeadUnitId));
        Assert.Contains("119", decision.Why, StringComparison.Ordinal);
    }
}
