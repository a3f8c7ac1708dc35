using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Routing;

public sealed record RoutingInput(
    TicketType Type,
    string Subject,
    string Description,
    string? CategoryId = null,
    string? AreaId = null,
    bool Confidential = false,
    IReadOnlyList<string>? Tags = null);

/// <param name="Code">noRule, lowConfidence or confidential.</param>
public sealed record DeskReason(string Code, string Text)
{
    public static readonly DeskReason NoRule = new("noRule", "派单目录中没有适用的规则，请人工派单");
    public static readonly DeskReason LowConfidence = new("lowConfidence", "事项分类把握不足，请人工确认");
    public static readonly DeskReason Confidential = new("confidential", "要求保密，须由人工拟写转办稿后派单");
}

public sealed record UnitSuggestion(string CategoryId, string CategoryName, string? UnitId, double Confidence, string Why);

/// <param name="Confidence">1 for a chosen category.</param>
/// <param name="LeadUnitId">Set only when the ticket may go there without a person; then <paramref name="Desk"/> is null.</param>
/// <param name="Priority">Urgent under an alarm or by the rule; null leaves the ticket's own.</param>
/// <param name="Match">The rule that fits, also when a person has to decide.</param>
/// <param name="Why">For the desk, in Chinese: which rule fired and why, or why none did.</param>
public sealed record RoutingDecision(
    string? CategoryId,
    double Confidence,
    string? AreaId,
    CatalogueMatch? Match,
    string? LeadUnitId,
    IReadOnlyList<string> CoUnitIds,
    Priority? Priority,
    AlarmHit? Alarm,
    DeskReason? Desk,
    IReadOnlyList<UnitSuggestion> Suggestions,
    string Why);

/// <summary>From a ticket's words to its units (design: routing). Pure: what it needs is built once per set-up in force.</summary>
public sealed class Router(City city)
{
    /// <summary>Below it a suggested category goes to the desk. At 0.5 more than nine in ten dispatched are right.</summary>
    public const double DefaultThreshold = 0.5;

    private const int Suggestions = 3;

    private readonly DispatchCatalogue _catalogue = new(city);
    private readonly AreaFinder _areas = new(city.Areas);

    /// <param name="explain">Look for further suggestions even where none is needed; the dry run does, receipt does not.</param>
    public RoutingDecision Route(RoutingInput input, ICategoryClassifier classifier, double threshold = DefaultThreshold, bool explain = false)
    {
        var alarm = AlarmWords.Detect(input.Subject, input.Description);
        var found = city.FindArea(input.AreaId) is null ? _areas.Find(input.Subject, input.Description) : null;
        var areaId = city.FindArea(input.AreaId)?.Id ?? found?.AreaId;
        var chosen = city.FindCategory(input.CategoryId);
        var suggestions = Suggest(input, classifier, chosen, areaId, explain ? Suggestions : chosen is null ? 1 : 0);
        var (categoryId, confidence) = chosen is not null ? (chosen.Id, 1.0)
            : suggestions.Count > 0 ? (suggestions[0].CategoryId, suggestions[0].Confidence) : (null, 0.0);
        var match = _catalogue.Find(categoryId, areaId, input.Tags);

        var desk = input.Confidential ? DeskReason.Confidential
            : chosen is null && confidence < threshold ? DeskReason.LowConfidence
            : match is null ? DeskReason.NoRule : null;
        if (desk is not null && !explain)
            suggestions = Suggest(input, classifier, chosen, areaId, Suggestions);
        return new RoutingDecision(
            categoryId, confidence, areaId, match,
            desk is null ? match!.Rule.LeadUnitId : null,
            desk is null ? [.. (match!.Rule.CoUnitIds ?? []).Where(u => u != match.Rule.LeadUnitId)] : [],
            alarm is not null ? Priority.Urgent : match?.Rule.Priority,
            alarm, desk, suggestions,
            Explain(chosen, categoryId, confidence, found, match, alarm, desk));
    }

    /// <param name="most">0 asks the classifier nothing: the chosen category alone.</param>
    private List<UnitSuggestion> Suggest(RoutingInput input, ICategoryClassifier classifier, Category? chosen, string? areaId, int most)
    {
        IReadOnlyList<CategorySuggestion> found = most == 0 ? [] : classifier.Suggest(PlainText.OfTicket(input.Subject, input.Description), most);
        var suggestions = found
            .Where(s => city.FindCategory(s.CategoryId) is not null && s.CategoryId != chosen?.Id)
            .Select(s => Suggestion(s.CategoryId, s.Confidence, s.Why)).ToList();
        if (chosen is not null)
            suggestions.Insert(0, Suggestion(chosen.Id, 1, "已选定的事项分类"));
        return suggestions.Count > Suggestions ? suggestions[..Suggestions] : suggestions;

        UnitSuggestion Suggestion(string categoryId, double confidence, string why)
        {
            var match = _catalogue.Find(categoryId, areaId, input.Tags);
            return new UnitSuggestion(categoryId, city.FindCategory(categoryId)!.Name, match?.Rule.LeadUnitId, confidence,
                match is null ? why : $"{why}；{match.Why}");
        }
    }

    private string Explain(Category? chosen, string? categoryId, double confidence, AreaMatch? found, CatalogueMatch? match, AlarmHit? alarm, DeskReason? desk)
    {
        var parts = new List<string>();
        if (alarm is not null)
            parts.Add($"警情“{alarm.Phrase}”，请立即拨打 {alarm.Service}");
        if (chosen is null && categoryId is not null)
            parts.Add($"事项推断为“{city.FindCategory(categoryId)!.Name}”，把握 {confidence * 100:0}%");
        if (found is not null)
            parts.Add($"区域由“{string.Join("”“", found.Words)}”得出{(found.Certain ? "" : "，地名不止一处，取其共同上级")}");
        if (match is not null)
            parts.Add(match.Why);
        if (desk is not null)
            parts.Add(desk.Text);
        return string.Join("；", parts);
    }
}
