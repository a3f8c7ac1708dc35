using System.Collections.Immutable;
using HotlinePush.Pages.Parts;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Pages.Desk;

/// <summary>The desk's forms, as the API would have them.</summary>
internal static class DeskForms
{
    /// <summary>Stands for a unit that was not suggested.</summary>
    public const string Other = "other";

    public const int CoUnits = 3;

    /// <summary>What an audit may find wanting, as it will stand in the note to the unit.</summary>
    public static readonly string[] Findings = ["notAll", "noBasis", "noResult", "formula", "noContact", "leak"];

    /// <summary>A suggestion in one word: the unit, and the category it confirms.</summary>
    public static string LeadOf(Suggestion s) => s.UnitId + "|" + s.CategoryId;

    public static Dispatch Dispatch(FormState f)
    {
        var (unit, category) = Lead(f);
        return new(unit ?? "", CoUnitsOf(f), f.Filled("final") is not null, f.Filled("unitText"), category);
    }

    /// <summary>The unit that was chosen, and the category it was suggested with; null where none was.</summary>
    public static (string? Unit, string? Category) Lead(FormState f)
    {
        var lead = f["lead"];
        var cut = lead.IndexOf('|', StringComparison.Ordinal);
        if (lead is "" or Other)
            return (f.Filled("leadUnitId"), f.Filled("categoryId"));
        var suggested = cut < 0 || cut == lead.Length - 1 ? null : lead[(cut + 1)..];
        return (cut < 0 ? lead : lead[..cut], f.Filled("categoryId") ?? suggested);
    }

    private static ImmutableArray<string> CoUnitsOf(FormState f) =>
        [.. Enumerable.Range(1, CoUnits).Select(i => f.Filled("coUnit" + i)).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The agent's own words, else those of the article that was chosen, as the page showed it.</summary>
    public static AnswerAtDesk Answer(FormState f) => f.Filled("articleId") is { } article
        ? new(f.Filled("text") ?? f["ready." + article], article)
        : new(f["text"]);

    /// <summary>Two buttons, one question: which was pressed.</summary>
    public static bool Yes(FormState f, string button) => f[button] == "yes";

    public static Audit Audit(FormState f)
    {
        // To the unit: Chinese, whatever the agent reads in.
        var found = Findings.Where(c => f.Filled("find." + c) is not null).Select(c => Texts.Chinese["desk.find." + c]);
        var note = string.Join('\n', found.Append(f.Filled("note")).OfType<string>());
        return new(Yes(f, "accept"), note.Length == 0 ? null : note);
    }

    public static CallBack CallBack(FormState f) => Yes(f, "reached")
        ? new(true, Flag(f["resolved"]), Flag(f["satisfied"]), f.Filled("note"))
        : new(false, Note: f.Filled("note"));

    /// <summary>A number as people copy it, with blanks in it.</summary>
    public static string Number(string typed) => typed.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private static bool? Flag(string word) => word switch { "yes" => true, "no" => false, _ => null };

    /// <summary>All units by kind, but for the one that has the ticket.</summary>
    public static IEnumerable<Choice> Units(City city, Texts texts, string? but = null, IReadOnlyCollection<Unit>? named = null) =>
        from unit in city.Units
        where unit.Id != but
        orderby unit.Kind
        select new Choice(unit.Id, named?.Contains(unit) == true ? texts["desk.namedUnit", unit.Name] : unit.Name, Group: texts["unitKind." + unit.Kind]);
}
