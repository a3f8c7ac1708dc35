using HotlinePush.Channels;
using HotlinePush.Notices.Texts;
using HotlinePush.Units;

namespace HotlinePush.Notices.Templates;

/// <summary>The registered templates of the set-up, and which channels of this host send nothing else. The outbox alone demands none.</summary>
public sealed class TemplateRegister(SetupStore setup, IEnumerable<TemplateDemand> demands)
{
    public const string Document = "templates";

    private readonly TemplateDemand[] _demands = [.. demands];

    public async Task<TemplateSet> ReadAsync(CancellationToken ct) =>
        _demands.Length == 0 ? TemplateSet.None : new((await setup.ReadAsync<IReadOnlyList<RegisteredTemplate>>(Document, [], ct)).Value, _demands);
}

/// <summary>What a notice is checked against when it is handed in and approved.</summary>
public sealed record TemplateSet(IReadOnlyList<RegisteredTemplate> Templates, IReadOnlyList<TemplateDemand> Demands)
{
    public static readonly TemplateSet None = new([], []);

    /// <returns>Which placeholder fills which variable, or why the notice cannot be sent by a provider of this host.</returns>
    public (TemplateBindings? Bindings, Refusal? Refusal) Bind(Notice notice)
    {
        var found = new TemplateBindings();
        foreach (var demand in Demands.Where(d => notice.Channels.Contains(d.Channel)))
        {
            var (word, code) = demand.Channel == ChannelKind.Sms ? ("sms", notice.Templates?.Sms) : ("wechat", notice.Templates?.Wechat);
            if (string.IsNullOrWhiteSpace(code))
                return (null, Refusal.Of("templateNeeded", "templates." + word, "此渠道只能发送报备模板，请注明模板编号。"));
            if (Templates.FirstOrDefault(t => t.Channel == demand.Channel && t.Code == code) is not { } template)
                return (null, Refusal.Of("templateNeeded", "templates." + word, $"没有登记编号为“{code}”的报备模板。"));
            if (template.Signature is { } signature && demand.Signature is { } signs && signature != signs)
                return (null, Refusal.Of("templateMismatch", "templates." + word, $"模板“{code}”的签名是“{signature}”，本系统以“{signs}”发送。"));
            var (variables, difference) = TemplateText.Bind(template, NoticeTexting.TextOf(notice.Texts, demand.Channel) ?? "");
            if (variables is null)
                return (null, Refusal.Of("templateMismatch", "texts." + word, $"与报备模板“{code}”不一致：{difference}"));
            found = demand.Channel == ChannelKind.Sms ? found with { Sms = variables } : found with { Wechat = variables };
        }

        return (found == new TemplateBindings() ? null : found, null);
    }
}
