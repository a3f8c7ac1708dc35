using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Desk;

/// <summary>What was asked and what was found.</summary>
/// <param name="Form">What was typed: of the filters, of the number or of the phone.</param>
/// <param name="Rows">Null before anything was asked.</param>
/// <param name="Next">Address of the next page.</param>
/// <param name="Back">How far back free text looked; null where it looked at all, or there was none.</param>
/// <param name="Person">Whose tickets they are, masked.</param>
public sealed record DeskSearch(FormState Form, IReadOnlyList<(Ticket Ticket, TicketSummary Row)>? Rows, string? Next, DateTimeOffset? Back, bool Searched, string? Person);

/// <summary>Finding a ticket: by number, by filters and words, by phone. A phone is sent, never linked to.</summary>
internal static class DeskSearchPages
{
    private const string Address = "/desk/search";
    private const int PageSize = 30;

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Address, SearchAsync).RequireRole(DeskEndpoints.Roles);
        pages.MapPost(Address + "/phone", PersonAsync).RequireRole(DeskEndpoints.Roles);
    }

    private static async Task<IResult> SearchAsync(HttpContext http, TicketLists lists, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var typed = http.Request.Query.Where(q => q.Key != "after").ToDictionary(q => q.Key, q => (q.Value.Count > 0 ? q.Value[0] ?? "" : "").Trim(), StringComparer.Ordinal);
        if (typed.GetValueOrDefault("number") is { Length: > 0 } asked)
        {
            var number = DeskForms.Number(asked);
            return TicketNumber.IsValid(number)
                ? TypedResults.Redirect(PageLinks.DeskTicket(number))
                : Page(page, new(new FormState("number", typed, new Refusal("notFound", "没有这个编号。", new Dictionary<string, string[]> { ["number"] = ["unknownTicket: 没有这个编号。"] })), null, null, null, false, null));
        }

        var form = new FormState("search", typed);
        var query = new QueryFields(http.Request);
        var filter = new TicketFilter(
            query.Word<TicketState>("state"), query.Text("areaId"), query.Text("categoryId"), query.Date("from"), query.Date("to"), query.Text("q")?.Trim() is { Length: > 0 } q ? q : null);
        var after = query.Text("after", Cursor.MaxLength);
        if (query.Refusal is { } refusal)
            return Page(page, new(form.Refused(refusal), null, null, null, false, null));
        ListCursor? position = null;
        if (after is not null && (!Cursor.TryRead(after, out position) || !position.IsPosition))
            return Cursor.Bad.ToResult();
        if (typed.Values.All(v => v.Length == 0))
            return Page(page, new(form, null, null, null, false, null));
        var found = await lists.CityAsync(filter, position, PageSize, ct);
        var next = found.Next is null ? null : Address + QueryString.Create(typed.Where(t => t.Value.Length > 0 && t.Key != Languages.Query).Select(t => KeyValuePair.Create(t.Key, (string?)t.Value)).Append(new("after", Cursor.Write(found.Next))));
        return Page(page, new(form, Rows(found.Tickets, page.Actor), next, found.Next is null ? null : found.SearchedBack, filter.Q is not null, null));
    }

    private static async Task<IResult> PersonAsync(HttpContext http, PersonTickets people, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Address;
        var form = await FormState.ReadAsync(http, "person");
        var phone = "";
        if (form.Refusal is null && !PhoneNumber.TryParse(form["phone"], out phone))
            form = form.Refused(Refusal.Of("badValue", "phone", "不是有效的电话号码。"));
        if (form.Refusal is not null)
            return Page(page, new(form, null, null, null, false, null));
        var found = await people.FindAsync(phone, page.Actor, null, ListQuery.MaxLimit, ct);
        return Page(page, new(form, Rows(found.Tickets, page.Actor), null, null, false, PhoneNumber.Mask(phone)));
    }

    private static (Ticket, TicketSummary)[] Rows(IEnumerable<Ticket> tickets, Actor actor) => [.. tickets.Select(t => (t, TicketSummary.Of(t, actor)))];

    private static PageResult<DeskSearchPage> Page(PageContext page, DeskSearch model) =>
        new(page, (model.Form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["nav.search"], model.Form.Status, ("Model", model));
}
