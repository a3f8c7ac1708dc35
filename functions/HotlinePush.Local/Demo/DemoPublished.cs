using HotlinePush.Tickets;

namespace HotlinePush.Local.Demo;

/// <summary>Some requests of the fictional city that everybody may read, so that a civic app has something to show.</summary>
internal static class DemoPublished
{
    private const int OfEach = 6;

    public static async Task SeedAsync(IServiceProvider services, CancellationToken ct)
    {
        var (lists, actions) = (services.GetRequiredService<TicketLists>(), services.GetRequiredService<TicketActions>());
        foreach (var state in (TicketState[])[TicketState.InProgress, TicketState.Answered, TicketState.Closed])
        {
            var page = await lists.CityAsync(new(state, null, null, null, null, null), null, 60, ct);
            foreach (var ticket in page.Tickets.Where(t => t is { IsProtected: false, Imported: false }).Take(OfEach))
                if (ticket.Published is null)
                    await actions.ActAsync(ticket.Number, new PublishText(RedactedDraft.Of(ticket)), DemoLifeStory.Desk, null, ct);
        }
    }
}
