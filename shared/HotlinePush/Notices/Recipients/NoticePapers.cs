using System.Globalization;
using HotlinePush.Pages;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary>What of a notice goes onto paper: its QR code, its letters, the list of those somebody has to go to.</summary>
public static class NoticePapers
{
    /// <summary>List pages printed at once; no request outlives a minute.</summary>
    public const int MostPages = 20;

    private static readonly Role[] Office = [Role.Publisher, Role.Reviewer];

    public static void Map(RouteGroupBuilder api)
    {
        var notices = api.MapGroup("/notices/{id}").WithTags("notices");
        notices.MapGet("qr.svg", QrAsync).RequireRole(Role.Publisher, Role.Reviewer, Role.Supervisor).Produces(StatusCodes.Status200OK, contentType: "image/svg+xml")
            .WithSummary("二维码 (QR code of the public page)");
        notices.MapGet("letters.html", LettersAsync).RequireRole(Office).Produces(StatusCodes.Status200OK, contentType: "text/html")
            .TakesQuery("page", $"名单的一页，从1起 (a page of the list, from 1); 不写：最多{MostPages}页", "integer").WithSummary("信件 (letters, print-ready)");
        notices.MapGet("visit-list.csv", VisitsAsync).RequireRole(Office).Produces(StatusCodes.Status200OK, contentType: "text/csv").WithSummary("上门送达清单 (who was not reached)");
    }

    private static async Task<IResult> QrAsync(string id, HttpContext http, NoticeStore notices, SiteAddress site, CancellationToken ct) =>
        (await ReadAsync(id, http, notices, ct))?.StartedAt is null
            ? Problems.NotFoundHere.ToResult()
            : TypedResults.Text(QrPicture.Svg(site.Notice(id), "通知 " + id, alone: true), "image/svg+xml; charset=utf-8");

    private static async Task<IResult> LettersAsync(string id, HttpContext http, NoticeStore notices, Letters letters, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var page = query.Number("page", 1, 100_000);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (await ReadAsync(id, http, notices, ct) is not { StartedAt: not null, Frozen: { } frozen } notice || page > frozen.Pages)
            return Problems.NotFoundHere.ToResult();
        if (page is null && frozen.Pages > MostPages)
            return Refusal.Of("outOfRange", "page", string.Create(CultureInfo.InvariantCulture, $"名单有{frozen.Pages}页，请逐页打印：?page=1 到 ?page={frozen.Pages}。")).ToResult();
        await http.TraceAsync("printLetters", id, page is null ? "全部信件" : string.Create(CultureInfo.InvariantCulture, $"名单第{page}页的信件"));
        var (from, to) = page is { } one ? ((int)one - 1, (int)one) : (0, frozen.Pages);
        return TypedResults.Stream(stream => letters.WriteAsync(stream, notice, from, to, http.RequestAborted), "text/html; charset=utf-8");
    }

    private static async Task<IResult> VisitsAsync(string id, HttpContext http, NoticeStore notices, VisitList visits, CitySource cities, CancellationToken ct)
    {
        if (await ReadAsync(id, http, notices, ct) is not { StartedAt: not null } notice)
            return Problems.NotFoundHere.ToResult();
        await http.TraceAsync("exportVisitList", id);
        var city = await cities.GetAsync(ct);
        return TypedResults.Stream(stream => visits.WriteAsync(stream, notice, city, http.RequestAborted), "text/csv; charset=utf-8", $"visit-list-{id}.csv");
    }

    private static async Task<Notice?> ReadAsync(string id, HttpContext http, NoticeStore notices, CancellationToken ct) =>
        (await notices.ReadAsync(id, ct))?.Notice is { } notice && NoticeRules.MaySee(notice, http.GetActor()) ? notice : null;
}
