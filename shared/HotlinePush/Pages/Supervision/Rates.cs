using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Tickets;

namespace HotlinePush.Pages.Supervision;

/// <summary>Numbers as these pages write them.</summary>
internal static class Rates
{
    private static readonly int OfficeDayMinutes = (int)OfficeHours.Default.Periods.Sum(p => (p.To - p.From).TotalMinutes);

    public static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.0}%");

    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Score(double? score) => score?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–";

    public static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Signed(int change) => change.ToString("+0;−0;0", CultureInfo.InvariantCulture);

    /// <summary>Office time in hours, or in office days from one on.</summary>
    public static string Span(int minutes, Texts texts) => minutes < 60
        ? texts.Count("count.Minutes", minutes)
        : minutes < OfficeDayMinutes
            ? texts["sup.hours", Number(Math.Round(minutes / 60.0, 1))]
            : texts["sup.days", Number(Math.Round((double)minutes / OfficeDayMinutes, 1))];

    /// <summary>The page of a ticket on which this reader can act; an administrator looks on.</summary>
    public static string Ticket(Actor actor, string number) => actor.Role == Role.Supervisor ? PageLinks.DeskTicket(number) : PageLinks.UnitTicket(number);

    /// <summary>A unit, area, category or type in the reader's words.</summary>
    public static string Name(string key, string name, Texts texts) => key switch
    {
        HotlinePush.Supervision.FigureKeys.Desk => texts["sup.desk"],
        HotlinePush.Supervision.FigureKeys.None => texts["sup.none"],
        _ => Enum.TryParse<TicketType>(key, out var type) && Enum.IsDefined(type) ? texts["type." + type] : name,
    };
}
