using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;

namespace HotlinePush.Pages.Parts;

/// <summary>One event of a history in the reader's words: who did what, with its details.</summary>
public static class EventWords
{
    public static string Of(EventView happened, City city, Texts texts)
    {
        var what = happened.Details?.GetValueOrDefault("approved") is bool approved && texts.Find($"event.{happened.Action}.{(approved ? "yes" : "no")}") is { } decided ? decided
            : happened.Details?.GetValueOrDefault("accepted") is bool accepted ? texts[accepted ? "event.audit.yes" : "event.audit.no"]
            : texts["event." + happened.Action];
        var details = new List<string>();
        foreach (var (name, value) in happened.Details ?? new Dictionary<string, object?>())
            if (Detail(name, value, city, texts) is { } words)
                details.Add(words);
        return texts["event.line", Who(happened.By, city, texts), what + (details.Count == 0 ? "" : texts["event.details", string.Join(texts["event.comma"], details)])];
    }

    private static string Who(ActorView by, City city, Texts texts) =>
        by.Role == Role.Unit ? city.FindUnit(by.UnitId)?.Name ?? by.UnitId ?? "" : texts["role." + by.Role];

    private static string? Detail(string name, object? value, City city, Texts texts) => (name, value) switch
    {
        ("leadUnitId", string unit) => city.FindUnit(unit)?.Name ?? unit,
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
        ("reached", false) => texts["event.unreached"],
        _ => null,
    };
}
