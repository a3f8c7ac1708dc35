using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Knowledge;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.KnowledgeBase;

/// <summary>The pages of those who write and publish.</summary>
internal static class ArticlePages
{
    private const string Root = "/desk/knowledge";
    private const int PageSize = 50;
    private const string AreaField = "area.";

    internal static readonly string[] Tabs = ["published", "due", "inReview", "draft", "retired"];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(Root, ListAsync).RequireRole(KnowledgeRules.Writers);
        pages.MapGet(Root + "/new", (Delegate)NewAsync).RequireRole(KnowledgeRules.Writers);
        pages.MapPost(Root + "/new", (HttpContext http, KnowledgeActions actions, KnowledgeStore store, KnowledgeSource source, CitySource cities, CancellationToken ct) =>
            SaveAsync(null, http, actions, store, source, cities, ct)).RequireRole(KnowledgeRules.Writers);
        pages.MapGet(Root + "/{id}", ShowAsync).RequireRole(KnowledgeRules.Writers);
        pages.MapPost(Root + "/{id}", (string id, HttpContext http, KnowledgeActions actions, KnowledgeStore store, KnowledgeSource source, CitySource cities, CancellationToken ct) =>
            SaveAsync(id, http, actions, store, source, cities, ct)).RequireRole(KnowledgeRules.Writers);
        Action("submit", KnowledgeRules.Writers, _ => (new SubmitArticle(), null));
        Action("publish", KnowledgeRules.Publishers, _ => (new PublishArticle(), null));
        Action("reject", KnowledgeRules.Publishers, f => (new RejectArticle(f.Filled("note")), null));
        Action("retire", KnowledgeRules.Publishers, f => (new RetireArticle(f.Filled("note")), null));
        Action("confirm", KnowledgeRules.Publishers, f =>
        {
            var check = new Check();
            var date = Date(f, "reviewBy", check);
            return (new ConfirmArticle(date), check.Refusal);
        });

        void Action(string name, Role[] roles, Func<FormState, (ArticleCommand, Refusal?)> command) =>
            pages.MapPost($"{Root}/{{id}}/{name}", (string id, HttpContext http, KnowledgeActions actions, KnowledgeStore store, KnowledgeSource source, CancellationToken ct) =>
                ActAsync(id, name, command, http, actions, store, source, ct)).RequireRole(roles);
    }

    private static async Task<IResult> ListAsync(HttpContext http, KnowledgeSource source, ProductClock clock, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        page.Script = false;
        var query = new QueryFields(http.Request);
        var (tab, q, skip) = (query.Text("state") ?? Tabs[0], query.Text("q")?.Trim() ?? "", (int)(query.Number("skip", 0, 100_000) ?? 0));
        query.Check.OneOf("state", tab, Tabs);
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        var picture = await source.GetAsync(ct);
        var today = CityZone.DateOf(clock.GetUtcNow());
        var rows = Of(tab, q);
        IReadOnlyList<(string, int)> tabs = [.. Tabs.Select(t => (t, Of(t, "").Count))];
        IReadOnlyList<(Article, Helpfulness)> shown = [.. rows.Skip(skip).Take(PageSize).Select(a => (a, picture.Votes.GetValueOrDefault(a.Id)))];
        return new PageResult<KnowledgeListPage>(
            page, page.Texts["articles.heading"], StatusCodes.Status200OK,
            ("Tab", tab), ("Query", q), ("Tabs", tabs), ("Rows", shown), ("More", skip + PageSize < rows.Count ? skip + PageSize : null));

        List<Article> Of(string name, string text) => name == "due"
            ? KnowledgeLists.Due(picture, today)
            : KnowledgeLists.InState(picture, Enum.Parse<ArticleState>(name, ignoreCase: true), text);
    }

    private static async Task<IResult> NewAsync(HttpContext http) => Page(await PageContext.OfAsync(http), null, FormState.Empty("article"), [], default, null, null);

    private static async Task<IResult> ShowAsync(string id, HttpContext http, KnowledgeStore store, KnowledgeSource source, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not var (article, _))
            return Problems.NotFoundHere.ToResult();
        return await PageAsync(http, article, Filled(article), store, source, null, ct);
    }

    private static async Task<IResult> SaveAsync(
        string? id, HttpContext http, KnowledgeActions actions, KnowledgeStore store, KnowledgeSource source, CitySource cities, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, "article");
        var article = id is null ? null : (await store.ReadAsync(id, ct))?.Article;
        if (id is not null && article is null)
            return Problems.NotFoundHere.ToResult();
        var preview = form["step"] == "preview";
        if (form.Refusal is null && !preview)
        {
            var (text, wrong) = Read(form, article, await cities.GetAsync(ct));
            var (saved, refusal) = wrong is not null ? (null, wrong)
                : id is null ? await actions.CreateAsync(KnowledgeStore.NewId(), text, http.GetActor(), ct)
                : await actions.ActAsync(id, new WriteArticle(text), http.GetActor(), v => v == Version(form), ct);
            if (saved is not null)
                return PageAnswers.SeeOther($"{Root}/{saved.Id}?done=save");
            form = form.Refused(refusal!);
        }

        return await PageAsync(http, article, form, store, source, preview ? form["body"] : null, ct);
    }

    private static async Task<IResult> ActAsync(
        string id, string name, Func<FormState, (ArticleCommand, Refusal?)> command, HttpContext http, KnowledgeActions actions, KnowledgeStore store, KnowledgeSource source, CancellationToken ct)
    {
        var form = await FormState.ReadAsync(http, name);
        if (form.Refusal is null && TextCheck.Of(form, "note") is { } bad)
            form = form.Refused(bad);
        if (form.Refusal is null)
        {
            var (wanted, wrong) = command(form);
            var (done, refusal) = wrong is not null ? (null, wrong) : await actions.ActAsync(id, wanted, http.GetActor(), v => v == Version(form), ct);
            if (done is not null)
                return PageAnswers.SeeOther($"{Root}/{id}?done={name}");
            form = form.Refused(refusal!);
        }

        if (await store.ReadAsync(id, ct) is not var (article, _))
            return Problems.NotFoundHere.ToResult();
        return await PageAsync(http, article, form, store, source, null, ct);
    }

    private static async Task<IResult> PageAsync(HttpContext http, Article? article, FormState form, KnowledgeStore store, KnowledgeSource source, string? preview, CancellationToken ct)
    {
        var page = await PageContext.OfAsync(http);
        var history = article is null ? [] : await store.HistoryAsync(article.Id, ct);
        var votes = article is null ? default : (await source.GetAsync(ct)).Votes.GetValueOrDefault(article.Id);
        page.Here = article is null ? Root + "/new" : $"{Root}/{article.Id}";
        var done = http.Request.Query["done"].ToString();
        return Page(page, article, form, history, votes, page.Texts.Find("done.article-" + done) is null ? null : done, preview);
    }

    private static PageResult<ArticleEditPage> Page(
        PageContext page, Article? article, FormState form, IReadOnlyList<ArticleVersion> history, Helpfulness votes, string? done, string? preview)
    {
        page.Script = false;
        return new(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + (article?.Text.Title ?? page.Texts["articles.new"]), form.Status,
            ("Article", article), ("Form", form), ("Text", form.Name == "article" || article is null ? form : Filled(article)), ("History", history), ("Votes", votes), ("Done", done), ("Preview", preview));
    }

    private static (ArticleText Text, Refusal? Wrong) Read(FormState form, Article? before, City city)
    {
        var check = new Check();
        var areas = form.Values.Where(v => v.Key.StartsWith(AreaField, StringComparison.Ordinal) && v.Value == "on").Select(v => v.Key[AreaField.Length..])
            // The form shows districts; smaller places, set over the API, stay.
            .Concat(before?.Text.AreaIds?.Where(a => city.FindArea(city.FindArea(a)?.ParentId)?.ParentId is not null) ?? []);
        var text = new ArticleText(
            form["title"], form["body"], form.Filled("internalNote"), form.Filled("categoryId"), [.. areas], form.Filled("unitId"),
            form["keywords"].Split([' ', '，', '、', ',', '　'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), form.Filled("basis"),
            Date(form, "reviewBy", check), Date(form, "validFrom", check), Date(form, "validTo", check));
        return (text, check.Refusal);
    }

    private static FormState Filled(Article article)
    {
        var text = article.Text;
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = text.Title,
            ["body"] = text.Body,
            ["internalNote"] = text.InternalNote ?? "",
            ["categoryId"] = text.CategoryId ?? "",
            ["unitId"] = text.UnitId ?? "",
            ["keywords"] = string.Join(' ', text.Keywords ?? []),
            ["basis"] = text.Basis ?? "",
            ["reviewBy"] = Day(text.ReviewBy),
            ["validFrom"] = Day(text.ValidFrom),
            ["validTo"] = Day(text.ValidTo),
        };
        foreach (var area in text.AreaIds ?? [])
            values[AreaField + area] = "on";
        return FormState.Empty("article") with { Values = values };
    }

    private static string Day(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    private static DateOnly? Date(FormState form, string field, Check check)
    {
        if (form.Filled(field) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1988 and < 2200)
            return date;
        check.Add(field, "badTime", "应为日期，如 2026-11-23。");
        return null;
    }

    private static int Version(FormState form) => int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;
}
