using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Pages.Setup;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Consultations;

/// <summary>An office's consultations: drafted in sections, opened by their date, prolonged, withdrawn, and their summary published.</summary>
internal static class ConsultationOfficePages
{
    internal const string Root = "/publishing/consultations";
    internal static readonly Role[] Readers = [Role.Supervisor, Role.Publisher, Role.Reviewer];
    private static readonly Role[] Writers = [Role.Publisher];
    private const int PageSize = 50;

    public static string Address(string id) => $"{Root}/{id}";

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).RequireRole(Readers);
        pages.MapGet(Root + "/new", (HttpContext http, ProductClock clock) => EditPageAsync(null, http, Fresh(clock.GetUtcNow()))).RequireRole(Writers);
        pages.MapPost(Root + "/new", (HttpContext http, ConsultationActions actions, ConsultationStore store, ProductClock clock, CancellationToken ct) => SaveAsync(null, http, actions, store, clock, ct)).RequireRole(Writers);
        pages.MapGet(Root + "/{id}", (string id, HttpContext http, CancellationToken ct) => ShowAsync(id, http, FormState.Empty(""), ct)).RequireRole(Readers);
        pages.MapGet(Root + "/{id}/edit", EditAsync).RequireRole(Writers);
        pages.MapPost(Root + "/{id}/edit", (string id, HttpContext http, ConsultationActions actions, ConsultationStore store, ProductClock clock, CancellationToken ct) =>
            SaveAsync(id, http, actions, store, clock, ct)).RequireRole(Writers);
        Action("extend", async (c, form, actions, by, store, ct) =>
        {
            var check = new Check().Required("closesOn", form.Filled("closesOn"));
            var closes = EndOf(form, "closesOn", check);
            return check.Refusal ?? (await actions.EditAsync(
                c.Id, new(c.Title, await store.ReadTextAsync(c, ct), c.OpensAt, closes, c.MinDays, c.ShortReason, c.ConfirmByCode, form.Filled("note")), by, v => v == form.Version(), ct)).Refusal;
        });
        Action("withdraw", async (c, form, actions, by, _, ct) => (await actions.WithdrawAsync(c.Id, form["reason"], by, v => v == form.Version(), ct)).Refusal);
        Action("summary", async (c, form, actions, by, _, ct) => (await actions.PublishSummaryAsync(c.Id, form["text"], by, v => v == form.Version(), ct)).Refusal);

        void Action(string name, Func<Consultation, FormState, ConsultationActions, Actor, ConsultationStore, CancellationToken, Task<Refusal?>> act) => pages.MapPost(
            $"{Root}/{{id}}/{name}", async (string id, HttpContext http, ConsultationActions actions, ConsultationStore store, CancellationToken ct) =>
            {
                if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
                    return Problems.NotFoundHere.ToResult();
                var form = await FormState.ReadAsync(http, name);
                if (form.Refusal is null && await act(c, form, actions, http.GetActor(), store, ct) is { } refusal)
                    // What the rule calls by the API's names stands under the form's own.
                    form = form.Refused(Renamed(refusal));
                return form.Refusal is null ? PageAnswers.SeeOther($"{Address(id)}?done={name}") : await ShowAsync(id, http, form, ct);
            }).RequireRole(Writers);
    }

    private static async Task<IResult> ListAsync(HttpContext http, ConsultationStore store, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        if (!ConsultationPages.TryPlace(http, "after", out var after))
            return Cursor.Bad.ToResult();
        var unit = page.Actor.Role == Role.Supervisor ? ConsultationStore.EveryUnit : page.Actor.UnitId ?? "-";
        var (items, next) = await store.ReadOfUnitAsync(unit, after, PageSize, ct);
        return new PageResult<OfficeListPage>(page, page.Texts["nav.consultations"], StatusCodes.Status200OK, ("Items", items), ("First", after is null), ("Next", next));
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, FormState form, CancellationToken ct)
    {
        var services = http.RequestServices;
        var store = services.GetRequiredService<ConsultationStore>();
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MaySeeAll(c, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        page.Here = Address(id);
        var done = http.Request.Query["done"].ToString();
        return new PageResult<OfficePage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + c.Title, form.Status, ("Consultation", c), ("Figures", await services.GetRequiredService<CommentStore>().ReadFiguresAsync(c, ct)),
            ("History", await store.ReadHistoryAsync(id, ct)), ("Form", form), ("Done", page.Texts.Find("con.done." + done) is null ? null : done));
    }

    private static async Task<IResult> EditAsync(string id, HttpContext http, ConsultationStore store, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not { Consultation: var c } || !ConsultationRules.MayManage(c, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        return await EditPageAsync(c, http, Filled(c, await store.ReadTextAsync(c, ct)));
    }

    private static async Task<IResult> EditPageAsync(Consultation? c, HttpContext http, FormState form)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        page.Here = c is null ? Root + "/new" : Address(c.Id) + "/edit";
        return new PageResult<OfficeEditPage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (c?.Title ?? page.Texts["con.new"]), form.Status, ("Consultation", c), ("Form", form));
    }

    private static async Task<IResult> SaveAsync(string? id, HttpContext http, ConsultationActions actions, ConsultationStore store, ProductClock clock, CancellationToken ct)
    {
        var c = id is null ? null : (await store.ReadAsync(id, ct))?.Consultation;
        if (id is not null && (c is null || !ConsultationRules.MayManage(c, http.GetActor())))
            return Problems.NotFoundHere.ToResult();
        var form = await FormState.ReadAsync(http, "consultation");
        if (form.Refusal is null)
        {
            var check = new Check();
            var draft = Read(form, c, clock.GetUtcNow(), check);
            var (saved, refusal) = check.Refusal is { } wrong ? (null, wrong)
                : c is null ? await actions.CreateAsync(ConsultationStore.NewId(), draft, http.GetActor(), ct)
                : await actions.EditAsync(c.Id, draft, http.GetActor(), v => v == form.Version(), ct);
            if (saved is not null)
                return PageAnswers.SeeOther(Address(saved.Id) + "?done=saved");
            form = form.Refused(Renamed(refusal!));
        }

        return await EditPageAsync(c, http, form);
    }

    private static ConsultationDraft Read(FormState form, Consultation? before, DateTimeOffset now, Check check)
    {
        var days = int.TryParse(form["minDays"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : -1;
        check.Range("minDays", days, 0, 365);
        var opens = Day(form, "opensOn", check) is { } date ? date == CityZone.DateOf(now) ? now : CityZone.FromLocal(date, default) : (DateTimeOffset?)null;
        var text = DraftText.Read(form["text"], before?.Sections ?? []);
        check.That(text.Count > 0, "text", "required", "请写上征求意见的内容。")
            // The law's thirty days are the rule; whoever asks for fewer says why. The API leaves it to the office's own system.
            .That(days >= ConsultationRules.UsualDays || days < 0 || form.Filled("shortReason") is not null, "shortReason", "required", "少于30日的，请说明理由。");
        return new(form["title"], text, opens, EndOf(form, "closesOn", check), Math.Max(0, days), form.Filled("shortReason"), form.Filled("confirmByCode") is not null);
    }

    private static FormState Fresh(DateTimeOffset now)
    {
        var tomorrow = CityZone.DateOf(now).AddDays(1);
        return SetupFields.Filled("consultation", ("opensOn", Word(tomorrow)), ("closesOn", Word(tomorrow.AddDays(ConsultationRules.UsualDays))), ("minDays", Word(ConsultationRules.UsualDays)));
    }

    private static FormState Filled(Consultation c, IReadOnlyList<ConsultationSection> text) => SetupFields.Filled(
        "consultation", ("title", c.Title), ("text", DraftText.Write(text)), ("opensOn", c.OpensAt is { } o ? Word(CityZone.DateOf(o)) : null), ("closesOn", c.ClosesAt is { } e ? Word(CityZone.DateOf(e)) : null),
        ("minDays", Word(c.MinDays)), ("shortReason", c.ShortReason), ("confirmByCode", c.ConfirmByCode ? "on" : null));

    /// <summary>The last second of a day: whoever reads a date takes the whole of it.</summary>
    private static DateTimeOffset? EndOf(FormState form, string field, Check check) =>
        Day(form, field, check) is { } date ? CityZone.FromLocal(date, new(23, 59, 59)) : null;

    private static DateOnly? Day(FormState form, string field, Check check)
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1988 and < 2200)
            return date;
        check.Add(field, "badTime", "应为日期，如 2026-11-23。");
        return null;
    }

    private static Refusal Renamed(Refusal refusal) => refusal.Errors is not { } errors ? refusal : refusal with
    {
        Errors = errors.GroupBy(e => e.Key switch
        {
            "closesAt" => "closesOn",
            "opensAt" => "opensOn",
            _ when e.Key.StartsWith("text[", StringComparison.Ordinal) => "text",
            _ => e.Key,
        }).ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value).ToArray(), StringComparer.Ordinal),
    };

    private static string Word(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private static string Word(int number) => number.ToString(CultureInfo.InvariantCulture);
}
