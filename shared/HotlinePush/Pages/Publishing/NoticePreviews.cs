using System.Collections.Immutable;
using System.Net;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices;
using HotlinePush.Notices.Templates;
using HotlinePush.Notices.Texts;
using HotlinePush.Security;

namespace HotlinePush.Pages.Publishing;

/// <summary>What one channel would say.</summary>
/// <param name="Problem">The text is no template, in Chinese.</param>
/// <param name="Missing">Fields that the person of the sample has no value for.</param>
/// <param name="Unknown">Placeholders that are no column of the list.</param>
public sealed record ChannelPreview(
    ChannelKind Channel, string? Subject, string Body, string? Problem, ImmutableArray<string> Missing, IReadOnlyList<string> Unknown, SmsLength? Length);

/// <summary>What a draft would become, as far as it has come.</summary>
/// <param name="SampleName">Whose values the texts are filled with; null: nobody's, there is no list.</param>
/// <param name="Expected">Whether column, count and total as typed are those of the list; null where nothing is typed, or not all of it.</param>
public sealed record NoticePreview(
    Audience? Audience, string? SampleName, string Signature, IReadOnlyList<ChannelPreview> Channels, IReadOnlyList<string> Placeholders, AmountComparison? Expected);

/// <param name="Column">Null: the list has no such column of amounts.</param>
public sealed record AmountComparison(ListColumn? Column, string Name, int Count, decimal Total)
{
    public bool Agrees => Column is { IsAmount: true } && Column.Filled == Count && Column.Sum == Total;
}

/// <summary>Makes previews from a form that is still being written. Nothing in it needs to be right.</summary>
public sealed class NoticePreviews(AudienceStore audiences, IEnumerable<TemplateDemand> demands, SiteAddress site)
{
    /// <summary>As long as the token of a real link.</summary>
    private const string Token = "n7k2m4p9x3q8ab-0-12-0123456789";

    private static readonly string[] Own = ["姓名", "区划", "地址", "标题", "链接"];

    public async Task<NoticePreview> OfAsync(FormState form, PageContext page, CancellationToken ct)
    {
        var audience = form.Filled("audienceId") is { } id && await audiences.ReadAsync(id, ct) is { Audience: var found } && found.MayBeSeenBy(page.Actor) ? found : null;
        var columns = audience?.List?.Columns ?? [];
        var sample = audience?.List is { } list ? (await audiences.ReadPageAsync(audience.Id, list.Version, 0, ct))?.Recipients.FirstOrDefault(r => r is not null) : null;
        // As the provider registered it; without one, what a city would register.
        var sign = demands.FirstOrDefault(d => d.Channel == ChannelKind.Sms)?.Signature ?? page.CityName + "12345";
        var channels = ComposePages.ChannelsOf(form).Distinct().Where(c => form.Filled(ComposePages.TextField(c)) is not null)
            .Select(c => Channel(form, c, sample, columns, page, sign, site.Copy(Token))).ToArray();
        return new(audience, sample is null ? null : PublishingWords.MaskName(sample.Name), sign, channels, [.. Own, .. columns.Select(c => c.Name)], Compare(form, columns));
    }

    private static AmountComparison? Compare(FormState form, ImmutableArray<ListColumn> columns) =>
        form.Filled("expected.column") is { } name && int.TryParse(form["expected.count"], out var count) && ComposePages.TryAmount(form["expected.total"], out var total)
            ? new(columns.FirstOrDefault(c => c.Name == name), name, count, total)
            : null;

    private static ChannelPreview Channel(FormState form, ChannelKind channel, Recipient? sample, ImmutableArray<ListColumn> columns, PageContext page, string sign, string link)
    {
        var (body, subject) = (form[ComposePages.TextField(channel)], channel == ChannelKind.Email ? form.Filled("texts.email.subject") ?? " " : null);
        var (template, problem) = NoticeTemplate.Parse(body);
        var (head, wrong) = subject is null ? (null, null) : NoticeTemplate.Parse(subject);
        if ((problem ?? wrong) is { } no)
            return new(channel, subject, body, no, [], [], null);
        var names = template!.Names.Concat(head?.Names ?? []).Distinct(StringComparer.Ordinal).ToArray();
        var somebody = sample ?? new Recipient { Id = "", Name = "〔姓名〕", Address = "〔地址〕" } with { Fields = Blanks(names) };
        // Reached on every channel, so that each can be looked at.
        somebody = somebody with
        {
            Phone = somebody.Phone ?? "+8613800000000",
            Email = somebody.Email ?? "someone@example.invalid",
            OpenId = somebody.OpenId ?? "openid",
            Address = somebody.Address ?? "〔地址〕",
            SharedPhone = false,
        };
        var notice = new Notice
        {
            Id = "preview",
            Title = form["title"],
            Field = form["field"],
            UnitId = page.Actor.UnitId ?? "",
            AudienceId = "",
            Channels = [channel],
            DraftedBy = page.Actor,
            Texts = new(Of(ChannelKind.Sms), channel == ChannelKind.Email ? new(subject!, body) : null, Of(ChannelKind.WeChat), Of(ChannelKind.Letter)),
        };
        var made = new NoticeTexting(notice, page.City!).Make(somebody, channel, link)!;
        var text = channel == ChannelKind.Letter ? WebUtility.HtmlDecode(made.Body) : made.Body;
        return new(
            channel, made.Subject, text, null, sample is null ? [] : made.Missing,
            sample is null ? [] : [.. template.Required.Concat(head?.Required ?? []).Distinct(StringComparer.Ordinal).Where(n => !NoticeTexting.IsOwn(n) && columns.All(c => c.Name != n))],
            channel == ChannelKind.Sms ? SmsLength.Of(text, sign) : null);

        string? Of(ChannelKind which) => channel == which ? body : null;
    }

    private static ImmutableSortedDictionary<string, string> Blanks(IEnumerable<string> names) => names.ToImmutableSortedDictionary(n => n, n => $"〔{n}〕", StringComparer.Ordinal);
}
