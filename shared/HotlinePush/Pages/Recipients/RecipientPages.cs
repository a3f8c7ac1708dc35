using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Notices.Recipients;
using HotlinePush.Pages.Residents;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Recipients;

/// <summary>What recipients of notices do: look them up, read their own copy, say that it is read or not theirs, ask, end them.</summary>
internal static class RecipientPages
{
    private const string Lookup = "/lookup";
    private const string Found = "/lookup/notices";

    /// <summary>Shows for half an hour whose phone it is. Strict: no other site's link opens somebody's list.</summary>
    private const string Cookie = "hp_lookup";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Lookup, (Delegate)AskFormAsync).Public();
        pages.MapPost(Lookup, AskAsync).Public();
        pages.MapPost(Lookup + "/verify", VerifyAsync).Public();
        pages.MapGet(Found, FoundAsync).Public();
        pages.MapPost(Lookup + "/end", (Delegate)EndAsync).Public();
        pages.MapGet("/notices/{id}", NoticeAsync).Public();
        pages.MapGet("/n/{token}", CopyAsync).Public();
        pages.MapPost("/n/{token}/figures", FiguresAsync).Public();
        pages.MapPost("/n/{token}/read", (string token, HttpContext http, NoticeCopies copies, CancellationToken ct) => MarkAsync(token, "read", http, copies, copies.ReadByAsync, ct)).Public();
        pages.MapPost("/n/{token}/not-me", (string token, HttpContext http, NoticeCopies copies, CancellationToken ct) => MarkAsync(token, "not-me", http, copies, copies.NotMeAsync, ct)).Public();
        pages.MapPost("/n/{token}/question", QuestionAsync).Public();
        UnsubscribePages.Map(pages);
        CallerNoticePages.Map(pages);
    }

    private static async Task<IResult> AskFormAsync(HttpContext http) => LookupPage(await PageContext.OfAsync(http), FormState.Empty("lookup"), asked: false);

    private static async Task<IResult> AskAsync(HttpContext http, NoticeLookup lookup, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Lookup;
        var form = await FormState.ReadAsync(http, "lookup");
        if (form.Refusal is null && await lookup.AskAsync(form["phone"], http.ClientAddressKey(), ct) is { } refusal)
            form = form.Refused(refusal);
        return form.Refusal is null ? LookupPage(page, FormState.Empty("verify") with { Values = form.Values }, asked: true) : LookupPage(page, form, asked: false);
    }

    private static async Task<IResult> VerifyAsync(HttpContext http, NoticeLookup lookup, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = Lookup;
        var form = await FormState.ReadAsync(http, "verify");
        if (form.Refusal is null)
        {
            var (answer, refusal) = await lookup.VerifyAsync(form["phone"], form["code"], http.ClientAddressKey(), ct);
            if (answer is not null)
            {
                http.Response.Cookies.Append(Cookie, answer.Token, Options(http));
                return PageAnswers.SeeOther(Found);
            }

            form = form.Refused(refusal!);
        }

        return LookupPage(page, form with { Values = form.Values.Where(v => v.Key != "code").ToDictionary(v => v.Key, v => v.Value) }, asked: true);
    }

    private static PageResult<LookupPage> LookupPage(PageContext page, FormState form, bool asked) =>
        new(page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts["nav.lookup"], form.Status, ("Form", form), ("Asked", asked));

    private static async Task<IResult> FoundAsync(HttpContext http, NoticeLookup lookup, CancellationToken ct)
    {
        var (answer, _) = await lookup.AgainAsync(http.Request.Cookies[Cookie], ct);
        if (answer is null)
            return PageAnswers.SeeOther(Lookup);
        var page = await PageContext.OfAsync(http);
        return new PageResult<LookupListPage>(page, page.Texts["rec.list.heading"], StatusCodes.Status200OK, ("Answer", answer));
    }

    private static async Task<IResult> EndAsync(HttpContext http)
    {
        var form = await FormState.ReadAsync(http, "end");
        if (form.Refusal is { } refusal)
            return refusal.ToResult();
        http.Response.Cookies.Delete(Cookie, Options(http));
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return PageAnswers.SeeOther(Lookup);
    }

    private static CookieOptions Options(HttpContext http) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", IsEssential = true, MaxAge = LookupTokens.Lifetime };

    private static async Task<IResult> NoticeAsync(string id, HttpContext http, NoticeLookup lookup, CancellationToken ct)
    {
        if (await lookup.PublicAsync(id, ct) is not { } notice)
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        return new PageResult<PublicNoticePage>(page, notice.Title, StatusCodes.Status200OK, ("Notice", notice)) { MayBeShownAgain = true };
    }

    private static async Task<IResult> CopyAsync(string token, HttpContext http, NoticeCopies copies, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        return copy is null ? refusal!.ToResult() : await CopyPageAsync(token, copy, FormState.Empty(""), null, http);
    }

    private static async Task<IResult> FiguresAsync(string token, HttpContext http, NoticeCopies copies, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!.ToResult();
        var form = await FormState.ReadAsync(http, "figures");
        if (form.Refusal is null && new Check().Text("name", form["name"], required: true, max: 100).Refusal is { } missing)
            form = form.Refused(missing);
        ShownFigures? figures = null;
        if (form.Refusal is null)
        {
            (figures, var no) = await copies.ShowAsync(copy, form["name"], http.GetActor(), ct);
            form = no is null ? form : form.Refused(no);
        }

        return await CopyPageAsync(token, copy, form, figures, http);
    }

    private static async Task<IResult> MarkAsync(string token, string done, HttpContext http, NoticeCopies copies, Func<NoticeCopy, CancellationToken, Task<NoticeCopy>> mark, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!.ToResult();
        var form = await FormState.ReadAsync(http, done);
        if (form.Refusal is not null)
            return await CopyPageAsync(token, copy, form, null, http);
        await mark(copy, ct);
        return PageAnswers.SeeOther($"/n/{token}?done={done}");
    }

    private static async Task<IResult> QuestionAsync(string token, HttpContext http, NoticeCopies copies, NoticeQuestions questions, TicketFiling filing, KeyRing keys, IDataProtectionProvider protection, ProductClock clock, CancellationToken ct)
    {
        var (copy, refusal) = await copies.OpenAsync(token, http.ClientAddressKey(), ct);
        if (copy is null)
            return refusal!.ToResult();
        var form = await FormState.ReadAsync(http, "question");
        if (form.Refusal is null)
        {
            var reserved = Reserved.Open(protection, form["reserved"], CityZone.DateOf(clock.GetUtcNow())) ?? filing.ReserveNumbers();
            var (ticket, no) = await questions.AskAsync(copy, form["text"], form.Filled("phone"), reserved, ct);
            if (ticket is not null)
                return PageAnswers.SeeOther(PageLinks.Receipt(ticket.Number, keys.Token(TicketTelling.TrackingPurpose, ticket.Number)));
            form = form.Refused(no!);
        }

        return await CopyPageAsync(token, copy, form, null, http);
    }

    private static async Task<IResult> CopyPageAsync(string token, NoticeCopy copy, FormState form, ShownFigures? figures, HttpContext http)
    {
        var page = await PageContext.OfAsync(http);
        page.Here = "/n/" + token;
        var services = http.RequestServices;
        var view = CopyView.Of(copy, await services.GetRequiredService<CitySource>().GetAsync(http.RequestAborted), services.GetRequiredService<SiteAddress>());
        var done = http.Request.Query["done"].ToString();
        var reserved = Reserved.Seal(services.GetRequiredService<IDataProtectionProvider>(), services.GetRequiredService<TicketFiling>().ReserveNumbers());
        var status = form.Refusal is null && view.Expired ? StatusCodes.Status410Gone : form.Status;
        return new PageResult<CopyPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + view.Title, status,
            ("Copy", view), ("Token", token), ("Form", form), ("Figures", figures), ("Reserved", reserved), ("HasPhone", copy.Recipient is { Phone: not null, SharedPhone: false } && copy.Mark.NotMeAt is null),
            ("Done", page.Texts.Find("rec.done." + done) is null ? null : done));
    }
}
