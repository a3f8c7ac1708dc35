using System.Globalization;
using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>One recipient of a notice and what became of the notice, the name masked.</summary>
/// <param name="Name">Empty where the person was erased since.</param>
public sealed record ShownDelivery(int Number, string RecipientId, string Name, string? Area, Delivery Delivery);

/// <summary>Whom a notice has reached, one by one: for the office alone, as a list by state and as a spreadsheet.</summary>
internal static class DeliveryPages
{
    private const int PageSize = 50;

    /// <summary>Pages of a thousand looked through for one screen of a state that is rare.</summary>
    private const int Budget = 20;

    private static readonly Role[] Readers = [Role.Publisher, Role.Reviewer];
    private static readonly byte[] Mark = "\uFEFF"u8.ToArray();

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet("/publishing/notices/{id}/deliveries", ListAsync).RequireRole(Readers);
        pages.MapGet("/publishing/notices/{id}/deliveries.csv", CsvAsync).RequireRole(Readers);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext http, NoticeStore store, NoticeSending sending, AudienceStore audiences, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var query = new QueryFields(http.Request);
        var (state, at) = (query.Word<DeliveryState>("state"), (int)(query.Number("at", 0, 10_000_000) ?? 0));
        if (query.Refusal is { } bad)
            return bad.ToResult();
        if (await store.ReadAsync(id, ct) is not { Notice: { Frozen: not null } notice } || !NoticeRules.MaySee(notice, page.Actor))
            return Problems.NotFoundHere.ToResult();
        var rows = new List<ShownDelivery>();
        var next = at;
        for (var looked = 0; looked < Budget && rows.Count < PageSize && next < notice.Frozen.Recipients; looked++)
            foreach (var delivery in await PageOfAsync(notice, next / Place.PageSize, sending, audiences, ct))
            {
                if (delivery.Number <= next)
                    continue;
                if (rows.Count == PageSize)
                    break;
                next = delivery.Number;
                if (state is null || delivery.Delivery.State == state)
                    rows.Add(delivery);
            }

        return new PageResult<DeliveriesPage>(
            page, page.Texts["dlv.list.heading"], StatusCodes.Status200OK,
            ("Notice", notice), ("Progress", await sending.ProgressAsync(notice, ct)), ("Rows", rows), ("State", state), ("Next", next < notice.Frozen.Recipients ? next : null), ("First", at == 0));
    }

    /// <summary>Numbers of recipients count from 1.</summary>
    private static async Task<List<ShownDelivery>> PageOfAsync(Notice notice, int number, NoticeSending sending, AudienceStore audiences, CancellationToken ct)
    {
        var deliveries = await sending.ReadPageAsync(notice, number, ct);
        var people = await audiences.ReadPageAsync(notice.AudienceId, notice.Frozen!.ListVersion, number, ct);
        return [.. deliveries.Select((d, i) =>
        {
            var person = people is not null && i < people.Recipients.Count ? people.Recipients[i] : null;
            return new ShownDelivery(number * Place.PageSize + i + 1, person?.Id ?? "", PublishingWords.MaskName(person?.Name), person?.AreaId ?? person?.Fields.GetValueOrDefault("area"), d);
        })];
    }

    private static async Task CsvAsync(string id, HttpContext http, NoticeStore store, NoticeSending sending, AudienceStore audiences, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Notice: { Frozen: { } frozen } notice } || !NoticeRules.MaySee(notice, http.GetActor()))
        {
            await Problems.NotFoundHere.ToResult().ExecuteAsync(http);
            return;
        }

        var page = await PageContext.OfAsync(http);
        await http.TraceAsync("exportDeliveries", id);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(Mark, ct);
        var text = new StringBuilder();
        Row(((string[])["number", "recipient", "name", "area", "channel", "state", "why", "attempts", "last"]).Select(c => page.Texts["dlv.list.col." + c]));
        for (var number = 0; number < frozen.Pages; number++)
        {
            foreach (var row in await PageOfAsync(notice, number, sending, audiences, ct))
                Row(
                [
                    row.Number.ToString(CultureInfo.InvariantCulture), row.RecipientId, row.Name, row.Area ?? "", row.Delivery.Last is { } last ? PublishingWords.Channel(last.Channel, page.Texts) : "",
                    page.Texts["dlv.is." + row.Delivery.State], Why(row.Delivery, page.Texts) ?? "", row.Delivery.Attempts.Length.ToString(CultureInfo.InvariantCulture),
                    row.Delivery.Last is { } at ? CityZone.Format(at.At) : "",
                ]);
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
            text.Clear();
        }

        void Row(IEnumerable<string> cells) => text.Append(CsvCell.Line(cells)).Append("\r\n");
    }

    /// <summary>Why a delivery stands where it does, in the reader's words where there are any.</summary>
    internal static string? Why(Delivery delivery, Texts texts) =>
        (delivery.Why ?? (delivery.State is DeliveryState.Failed or DeliveryState.Unknown ? delivery.Last?.Code : null)) is { } why ? texts.Find("dlv.why." + why) ?? why : null;
}
