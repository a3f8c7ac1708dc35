using HotlinePush.Tickets.Disclosure;

namespace HotlinePush.Tickets;

public static partial class TicketFold
{
    private static Ticket ApplyDisclosure(Ticket ticket, TicketEvent happened) => happened switch
    {
        DisclosureApplied e => ticket with { Disclosure = new(e.Application) },
        _ when ticket.Disclosure is { } of => ticket with { Disclosure = Next(of, happened) },
        _ => ticket,
    };

    private static DisclosureCase Next(DisclosureCase of, TicketEvent happened) => happened switch
    {
        CorrectionAsked e => of with { Correction = new(e.At, e.DueAt) { Text = e.Note } },
        ApplicationCorrected e => of with
        {
            Correction = of.Correction! with { ReceivedAt = e.At },
            Application = of.Application with { Wanted = $"{of.Application.Wanted}\n{e.Note}" },
        },
        ThirdPartyConsulted e => of with { ThirdParties = of.ThirdParties.Add(new(e.At, e.ReplyDueAt)) },
        ThirdPartyReplied e => of with { ThirdParties = of.ThirdParties.SetItem(of.ThirdParties.Length - 1, of.ThirdParties[^1] with { RepliedAt = e.RepliedAt, Agrees = e.Agrees }) },
        DisclosureDecided e => of with { Decision = new(e.Decision, e.Ground, e.At) },
        InformationDelivered e => of with { DeliveredAt = e.At },
        MadeProactive e => of with { ArticleId = e.ArticleId },
        _ => of,
    };
}
