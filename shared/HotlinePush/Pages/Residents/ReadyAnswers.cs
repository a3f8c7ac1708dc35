using HotlinePush.Knowledge;
using HotlinePush.Routing;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Pages.Residents;

/// <summary>What can be said to somebody who is still writing: whom to call, what is answered already, where the matter would go.</summary>
/// <param name="Dial">The emergency number where the words sound like a live emergency.</param>
/// <param name="Category">What the words seem to be about; null where that is not clear enough to say.</param>
/// <param name="Unit">Who would probably answer.</param>
public sealed record FoundSoFar(string? Dial, IReadOnlyList<KnowledgeHit> Answers, string? Category, string? Unit)
{
    public static readonly FoundSoFar Nothing = new(null, [], null, null);

    public bool IsNothing => Dial is null && Answers.Count == 0 && Category is null;
}

/// <summary>Looks for what fits the words of a form that is not sent yet. Nothing of it is kept.</summary>
public sealed class ReadyAnswers(KnowledgeSearch search, TicketRouting routing, CitySource cities)
{
    private const int Answers = 3;

    /// <summary>Below it a guess would only confuse.</summary>
    private const double Clear = 0.6;

    /// <summary>Two characters say nothing yet.</summary>
    private const int Fewest = 3;

    public async Task<FoundSoFar> FindAsync(FormState form, CancellationToken ct)
    {
        var (subject, description) = (Cut(form["subject"], 200), Cut(form["description"], 2_000));
        if ((subject + description).Length < Fewest)
            return FoundSoFar.Nothing;
        var city = await cities.GetAsync(ct);
        var areaId = FiledForm.AreaOf(form);
        var decision = routing.Decide(
            new(Enum.TryParse<TicketType>(form["type"], out var type) ? type : TicketType.Help, subject, description, form.Filled("categoryId"), areaId), city);
        var hits = await search.FindAsync(subject + "\n" + description, decision.Confidence >= Clear ? decision.CategoryId : null, decision.AreaId, staff: false, Answers, ct);
        return new(
            decision.Alarm?.Service,
            hits,
            decision.Confidence >= Clear ? Parts.CategoryChoices.NameOf(city, decision.CategoryId) : null,
            city.FindUnit(decision.LeadUnitId)?.Name);
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
