using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Notices.Matters;

/// <summary>What an office's list of matters must be, as a whole.</summary>
public static class MatterChecks
{
    public const int MaxMatters = 2_000;
    public const int MaxName = 200;
    public const int MaxContent = 4_000;
    public const int MaxWords = 1_000;
    public const int MaxElements = 30;

    /// <param name="at">Where an item stands in what was sent, such as <c>items[3]</c>; empty for a form of one.</param>
    /// <param name="taken">Ids of other offices.</param>
    public static Refusal? Of(IReadOnlyList<Matter> items, string unitId, Func<Matter, int, string> at, Func<string, bool> taken)
    {
        if (SetupChecks.TooMany(items.Count, MaxMatters) is { } tooMany)
            return tooMany;
        var check = new Check();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<(string, string)>();
        for (var i = 0; i < items.Count; i++)
        {
            var (m, place) = (items[i], at(items[i], i));
            string In(string field) => place.Length == 0 ? field : place + "." + field;
            check.Id(In("id"), m.Id)
                .That(DisclosureFields.NameOf(m.Field) is not null, In("field"), "unknownWord", "没有这个公开领域。")
                .Text(In("name"), m.Name, required: true, max: MaxName)
                .Text(In("content"), m.Content, required: true, max: MaxContent)
                .Text(In("legalBasis"), m.LegalBasis, required: true, max: MaxWords)
                .Text(In("timeLimit"), m.TimeLimit, required: true, max: MaxWords)
                .Text(In("channel"), m.Channel, max: MaxWords)
                .Text(In("audience"), m.Audience, max: MaxWords)
                .That(m.UnitId is null || m.UnitId == unitId, In("unitId"), "badValue", "只能填写本单位的事项。")
                .Count(In("elements"), m.Elements?.Count, MaxElements);
            for (var e = 0; e < Math.Min(m.Elements?.Count ?? 0, MaxElements); e++)
                check.Text($"{In("elements")}[{e}]", m.Elements![e], required: true, max: SetupChecks.MaxName);
            if (SetupChecks.IsId(m.Id))
                check.That(ids.Add(m.Id), In("id"), "duplicate", "编号重复。").That(!taken(m.Id), In("id"), "duplicate", "此编号已由其他单位使用。");
            check.That(string.IsNullOrWhiteSpace(m.Name) || names.Add((m.Field, m.Name.Trim())), In("name"), "duplicate", "同一领域里已有同名事项。");
        }

        return check.Refusal;
    }

    /// <summary>As it is kept.</summary>
    public static Matter Normal(Matter m, string unitId) => m with
    {
        Name = m.Name.Trim(),
        Content = m.Content.Trim(),
        LegalBasis = m.LegalBasis.Trim(),
        TimeLimit = m.TimeLimit.Trim(),
        Channel = Blank(m.Channel),
        Audience = Blank(m.Audience),
        Elements = m.Elements is { Count: > 0 } elements ? [.. elements.Select(e => e.Trim())] : null,
        UnitId = unitId,
    };

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
