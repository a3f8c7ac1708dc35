using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Setup;

/// <summary>How the system runs: health in words, messages that were given up, what the outbox recorded.</summary>
internal static class OperationsSetup
{
    private const string Dead = "/setup/dead-letters";
    private const int PageSize = 50;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/setup/health", async (HttpContext http, SystemHealth health) =>
        {
            var page = await PageContext.OfAsync(http);
            return new PageResult<HealthPage>(page, page.Texts["setup.health"], StatusCodes.Status200OK, ("Health", await health.AllAsync(http.RequestAborted)));
        }).RequireRole(Role.Admin);
        pages.MapGet(Dead, (HttpContext http, DeadLetters letters) => DeadAsync(http, letters, FormState.Empty("replay"))).RequireRole(Role.Admin);
        pages.MapPost(Dead + "/{id}/replay", ReplayAsync).RequireRole(Role.Admin);
        pages.MapGet("/setup/outbox", OutboxAsync).RequireRole(Role.Admin);
    }

    private sealed record Position(string Id);

    private static async Task<IResult> DeadAsync(HttpContext http, DeadLetters letters, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Dead;
        var query = new QueryFields(http.Request);
        var text = query.Text("after", Cursor.MaxLength);
        Position? after = null;
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (text is not null && !Cursor.TryRead(text, out after))
            return Cursor.Bad.ToResult();
        var found = await letters.ReadAsync(PageSize + 1, after?.Id, http.RequestAborted);
        IReadOnlyList<DeadLetter> shown = [.. found.Take(PageSize)];
        return new PageResult<DeadLettersPage>(
            page, page.Texts["setup.deadLetters"], form.Status,
            ("Letters", shown), ("Form", form), ("Next", found.Count > PageSize ? Cursor.Write(new Position(shown[^1].Id)) : null), ("Done", http.Done()));
    }

    private static async Task<IResult> ReplayAsync(string id, HttpContext http, DeadLetters letters)
    {
        var form = await FormState.ReadAsync(http, "replay");
        if (form.Refusal is not null)
            return await DeadAsync(http, letters, form);
        return await DeadLetterEndpoints.ReplayAsync(http, letters, id, http.RequestAborted) ? PageAnswers.SeeOther(Dead + "?done=replayed") : Problems.NotFoundHere.ToResult();
    }

    private static async Task<IResult> OutboxAsync(HttpContext http, OutboxChannel outbox, OutboxOptions options)
    {
        var page = await PageContext.OfAsync(http);
        var query = new QueryFields(http.Request);
        var (word, to, after) = (query.Text("channel"), query.Text("to"), query.Text("after", Cursor.MaxLength));
        var channel = word is null ? null : query.Word<ChannelKind>("channel");
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (after is not null && !OutboxEndpoints.IsPosition(after))
            return Cursor.Bad.ToResult();
        var address = OutboxEndpoints.Address(to);
        var found = await outbox.ReadAsync(
            after, PageSize, e => (channel is null || e.Channel == channel) && (address is null || string.Equals(e.To, address, StringComparison.OrdinalIgnoreCase)), http.RequestAborted);
        IReadOnlyList<OutboxItem> items = [.. found.Items.Select(e => OutboxItem.Of(e, options.ShowBodies))];
        var next = found.Next is null ? null : "/setup/outbox" + QueryString.Create((KeyValuePair<string, string?>[])[new("channel", word ?? ""), new("to", to ?? ""), new("after", found.Next)]);
        return new PageResult<OutboxPage>(
            page, page.Texts["setup.outbox"], StatusCodes.Status200OK, ("Items", items), ("ShowsBodies", options.ShowBodies), ("Channel", word), ("To", to), ("Next", next));
    }
}
