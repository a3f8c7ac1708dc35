using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Pages.Parts;

/// <summary>One event of a history in the reader's words: who did what, with its details.</summary>
public static class EventWords
{
    public static string Of(EventView happened, City city, Texts texts)
    {
        var what = (happened.Details?.GetValueOrDefault("approved") ?? happened.Details?.GetValueOrDefault("accepted")) is bool yes
            && texts.Find($"event.{happened.Action}.{(yes ? "yes" : "no")}") is { } decided ? decided : texts["event." + happened.Action];
        var details = new List<string>();
        foreach (var (name, value) in happened.Details ?? new Dictionary<string, object?>())
            if (Detail(happened.Action, name, value, city, texts) is { } words)
                details.Add(words);
        return texts["event.line", Who(happened, city, texts), what + (details.Count == 0 ? "" : texts["event.details", string.Join(texts["event.comma"], details)])];
    }

    private static string Who(EventView happened, City city, Texts texts)
    {
        var by = happened.By;
        var office = by is { Role: Role.Unit, UnitId: { } unit } ? UnitOf(city, unit)
            : happened.RecordedFor is { } onPaper ? texts["event.recordedFor", texts["role." + by.Role], UnitOf(city, onPaper)]
            : texts["role." + by.Role];
        return by.Name is null ? office : texts["event.person", office, by.Name];
    }

    private static string UnitOf(City city, string id) => city.FindUnit(id)?.Name ?? id;

    private static string? Detail(string action, string name, object? value, City city, Texts texts) => (name, value) switch
    {
        ("leadUnitId", string unit) => UnitOf(city, unit),
        ("unitIds", IEnumerable<string> units) => string.Join(texts["event.and"], units.Select(u => UnitOf(city, u))),
        ("toUnitId", string unit) => texts["event.to", UnitOf(city, unit)],
        ("unitId", string unit) when action == "delegate" => UnitOf(city, unit),
        ("reviewAt", DateTimeOffset at) => texts["event.reviewAt", new Moments(texts, at).Moment(at)],
        ("reason", string code) => texts.Find("reason." + code) ?? code,
        ("workingDays", int days) => texts.Count("count.WorkingDays", days),
        ("final", true) => texts["mark.final"],
        ("clock", ClockKind clock) => texts["clock." + clock],
        ("step", int step) => texts["remind." + Math.Min(step, Reminders.Daily)],
        ("into", string number) => number,
        ("number", string number) => number,
        ("outcome", string outcome) => outcome,
        ("resolved", bool resolved) => texts[resolved ? "event.resolved" : "event.unresolved"],
        ("satisfied", bool satisfied) => texts[satisfied ? "event.satisfied" : "event.unsatisfied"],
        ("measure", HotlinePush.Supervision.Measure measure) => texts["measure." + measure.Word()],
        ("reached", false) => texts["event.unreached"],
        _ => null,
    };
}
