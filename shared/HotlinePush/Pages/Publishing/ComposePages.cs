using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices;
using HotlinePush.Notices.Matters;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Pages.Publishing;

/// <summary>Writing a notice: one form, and beside it what each channel would say to somebody of the list, with its length and what the amounts add up to.</summary>
internal static class ComposePages
{
    internal const string New = "/publishing/notices/new";
    internal const string PreviewAddress = "/publishing/notices/preview";
    internal const string FormName = "notice";
    internal static readonly ChannelKind[] Channels = [ChannelKind.Sms, ChannelKind.Email, ChannelKind.WeChat, ChannelKind.Letter];
    private static readonly Role[] Writers = [Role.Publisher];

    public static void Map(RouteGroupBuilder pages)
    {
        pages.MapGet(New, NewAsync).RequireRole(Writers);
        pages.MapPost(New, (HttpContext http, NoticeStore store, NoticeActions actions, NoticePreviews previews) => SaveAsync(null, http, store, actions, previews)).RequireRole(Writers);
        pages.MapPost(PreviewAddress, PreviewAsync).RequireRole(Writers);
        pages.MapGet("/publishing/notices/{id}/edit", EditAsync).RequireRole(Writers);
        pages.MapPost("/publishing/notices/{id}/edit", (string id, HttpContext http, NoticeStore store, NoticeActions actions, NoticePreviews previews) =>
            SaveAsync(id, http, store, actions, previews)).RequireRole(Writers);
    }

    private static async Task<IResult> NewAsync(HttpContext http, NoticePreviews previews)
    {
        var query = new QueryFields(http.Request);
        var (audienceId, matterId) = (query.Text("audience", 64), query.Text("matter", 64));
        if (query.Refusal is { } bad)
            return bad.ToResult();
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = NoticeStore.NewId(), ["channel1"] = "sms", ["channel2"] = "letter" };
        if (audienceId is not null && await AudienceEndpoints.FindAsync(audienceId, http, http.RequestServices.GetRequiredService<AudienceStore>()) is { } audience)
            (values["audienceId"], values["field"]) = (audience.Id, audience.Field);
        if ((await http.RequestServices.GetRequiredService<DisclosureSource>().GetAsync(http.RequestAborted)).Matters.Find(matterId) is { } matter)
            (values["matterId"], values["field"], values["title"], values["legalBasis"]) = (matter.Id, matter.Field, matter.Name, matter.LegalBasis);
        return await PageAsync(http, null, new(FormName, values), previews, fill: values.ContainsKey("field"));
    }

    private static async Task<IResult> EditAsync(string id, HttpContext http, NoticeStore store, NoticePreviews previews)
    {
        if (await store.ReadAsync(id, http.RequestAborted) is not { Notice: var notice } || !NoticeRules.MaySee(notice, http.GetActor()))
            return Problems.NotFoundHere.ToResult();
        // What is no draft any more is looked at, not written.
        return notice.State is NoticeState.Draft or NoticeState.Rejected ? await PageAsync(http, notice, Filled(notice), previews) : PageAnswers.SeeOther(NoticePages.Address(id));
    }

    private static async Task<IResult> SaveAsync(string? id, HttpContext http, NoticeStore store, NoticeActions actions, NoticePreviews previews)
    {
        var ct = http.RequestAborted;
        var form = await FormState.ReadAsync(http, FormName);
        var notice = id is null ? null : (await store.ReadAsync(id, ct))?.Notice;
        if (id is not null && (notice is null || !NoticeRules.MaySee(notice, http.GetActor())))
            return Problems.NotFoundHere.ToResult();
        var fill = form["step"] == "fill";
        if (form.Refusal is null && form["step"] is not ("preview" or "fill"))
        {
            var (draft, wrong) = Read(form);
            // The form carries the id it was made with: sent twice by an impatient finger, it makes one notice.
            var made = NoticeStore.IsId(form["id"]) ? form["id"] : NoticeStore.NewId();
            var done = wrong is not null ? wrong
                : id is null ? await actions.CreateAsync(made, draft, http.GetActor(), ct)
                : await actions.ActAsync(id, new EditNotice(draft), http.GetActor(), Version(form), ct);
            if (done.Refusal is null)
                return PageAnswers.SeeOther(NoticePages.Address(done.Notice!.Id) + "?done=saved");
            form = form.Refused(done.Refusal);
        }

        return await PageAsync(http, notice, form, previews, fill);
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, NoticePreviews previews)
    {
        var form = await FormState.ReadAsync(http, FormName);
        if (form.Refusal is { } stale)
            return stale.ToResult();
        var page = await PageContext.OfAsync(http);
        return new FragmentResult<PreviewPane>(page, ("Shown", await previews.OfAsync(form, page, http.RequestAborted)));
    }

    /// <param name="fill">Texts that are empty begin with the field's starting texts.</param>
    private static async Task<IResult> PageAsync(HttpContext http, Notice? notice, FormState form, NoticePreviews previews, bool fill = false)
    {
        var ct = http.RequestAborted;
        var page = await PageContext.OfAsync(http);
        var disclosure = await http.RequestServices.GetRequiredService<DisclosureSource>().GetAsync(ct);
        if (fill)
            form = WithStartingTexts(form, disclosure.Texts);
        page.Here = notice is null ? New : NoticePages.Address(notice.Id) + "/edit";
        IReadOnlyList<Audience> audiences = await AudiencePages.OfUnitAsync(page.Actor, http.RequestServices.GetRequiredService<AudienceStore>(), ct);
        return new PageResult<ComposePage>(
            page, (form.Refusal is null ? "" : page.Texts["error.title"]) + page.Texts[notice is null ? "pub.new" : "pub.edit"], form.Status,
            ("Notice", notice), ("Form", form), ("Audiences", audiences), ("Matters", disclosure.Matters.Of(page.Actor.UnitId ?? "").Items), ("Preview", await previews.OfAsync(form, page, ct)));
    }

    private static FormState WithStartingTexts(FormState form, IReadOnlyList<StartingText> texts)
    {
        var values = new Dictionary<string, string>(form.Values, StringComparer.Ordinal);
        foreach (var text in texts.Where(t => t.Field == form["field"]))
        {
            Put(TextField(text.Channel), text.Body);
            if (text.Subject is not null)
                Put("texts.email.subject", text.Subject);
        }

        return form with { Values = values };

        void Put(string field, string text)
        {
            if (string.IsNullOrWhiteSpace(values.GetValueOrDefault(field)))
                values[field] = text;
        }
    }

    internal static string TextField(ChannelKind channel) => "texts." + channel.Word();

    /// <summary>The channels of the form in their order, as far as they are any.</summary>
    internal static ImmutableArray<ChannelKind> ChannelsOf(FormState form) =>
        [.. Enumerable.Range(1, Channels.Length).Select(i => form[$"channel{i}"]).Where(w => WireWords.TryRead<ChannelKind>(w, out _)).Select(w => WireWords.TryRead<ChannelKind>(w, out var c) ? c : default)];

    private static (NoticeDraft Draft, Refusal? Wrong) Read(FormState form)
    {
        var check = new Check();
        var channels = ChannelsOf(form);
        string? Of(ChannelKind channel) => channels.Contains(channel) ? form.Filled(TextField(channel)) : null;
        check.That(form.Filled("audienceId") is not null, "audienceId", "required", "请选择人群。").That(form.Filled("field") is not null, "field", "required", "请选择领域。");
        var draft = new NoticeDraft(
            form["title"], form["field"], form["audienceId"], channels,
            new(Of(ChannelKind.Sms), channels.Contains(ChannelKind.Email) ? new(form["texts.email.subject"], form["texts.email"]) : null, Of(ChannelKind.WeChat), Of(ChannelKind.Letter)),
            form.Filled("matterId"), form.Filled("legalBasis"), form["mandatory"] == "yes", Expected(form, check), Moment(form, check), form.Filled("script"),
            AudiencePages.Number(form, "perHour", 1, 10_000_000, check),
            form.Filled("templates.sms") is null && form.Filled("templates.wechat") is null ? null : new(form.Filled("templates.sms"), form.Filled("templates.wechat")), form["sharedPhones"] == "yes");
        // What the rules would find is said at the same time as what could not be read.
        var others = NoticeChecks.Of(draft);
        return (draft, check.Refusal is not { Errors: { } mine } first ? others : new(first.Code == others?.Code || others is null ? first.Code : "invalid", first.Message,
            mine.Concat((others?.Errors ?? new Dictionary<string, string[]>()).Where(e => !mine.ContainsKey(e.Key))).ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal)));
    }

    /// <summary>All of it, or nothing: half a sum compares with nothing.</summary>
    private static ExpectedAmount? Expected(FormState form, Check check)
    {
        if (form.Filled("expected.column") is null && form.Filled("expected.count") is null && form.Filled("expected.total") is null)
            return null;
        check.Text("expected.column", form["expected.column"], required: true, max: 100).Text("expected.count", form["expected.count"], required: true, max: 20).Text("expected.total", form["expected.total"], required: true, max: 40);
        var count = AudiencePages.Number(form with { Values = new Dictionary<string, string> { ["expected.count"] = Plain(form["expected.count"]) } }, "expected.count", 0, int.MaxValue, check);
        if (!TryAmount(form["expected.total"], out var total) && form.Filled("expected.total") is not null)
            check.Add("expected.total", "badValue", "应为数字，如 128600.00。");
        return new(form["expected.column"], count ?? 0, total);
    }

    internal static bool TryAmount(string text, out decimal amount) =>
        decimal.TryParse(Plain(text), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out amount);

    /// <summary>As people write numbers: full width, thousands apart, 元 behind.</summary>
    private static string Plain(string text) =>
        string.Concat(text.Select(HalfWidth.Of)).Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("¥", "", StringComparison.Ordinal).TrimEnd('元', '户', '人', '笔');

    private static DateTimeOffset? Moment(FormState form, Check check)
    {
        if (form.Filled("sendAt") is not { } text)
            return null;
        if (DateTime.TryParseExact(text, ["yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && at.Year is > 1988 and < 2200)
            return CityZone.FromLocal(DateOnly.FromDateTime(at), TimeOnly.FromDateTime(at));
        check.Add("sendAt", "badTime", "应为日期和时间，如 2026-11-23 09:00。");
        return null;
    }

    internal static int Version(FormState form) => int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : -1;

    private static FormState Filled(Notice n)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["title"] = n.Title,
            ["field"] = n.Field,
            ["matterId"] = n.MatterId ?? "",
            ["audienceId"] = n.AudienceId,
            ["texts.sms"] = n.Texts.Sms ?? "",
            ["texts.email.subject"] = n.Texts.Email?.Subject ?? "",
            ["texts.email"] = n.Texts.Email?.Body ?? "",
            ["texts.wechat"] = n.Texts.Wechat ?? "",
            ["texts.letter"] = n.Texts.Letter ?? "",
            ["legalBasis"] = n.LegalBasis ?? "",
            ["mandatory"] = n.Mandatory ? "yes" : "",
            ["expected.column"] = n.Expected?.Column ?? "",
            ["expected.count"] = n.Expected?.Count.ToString(CultureInfo.InvariantCulture) ?? "",
            ["expected.total"] = n.Expected?.Total.ToString(CultureInfo.InvariantCulture) ?? "",
            ["sendAt"] = n.SendAt is { } at ? CityZone.ToLocal(at).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture) : "",
            ["script"] = n.Script ?? "",
            ["perHour"] = n.PerHour?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["templates.sms"] = n.Templates?.Sms ?? "",
            ["templates.wechat"] = n.Templates?.Wechat ?? "",
            ["sharedPhones"] = n.SharedPhones ? "yes" : "",
        };
        for (var i = 0; i < n.Channels.Length; i++)
            values[$"channel{i + 1}"] = n.Channels[i].Word();
        return new(FormName, values);
    }
}
