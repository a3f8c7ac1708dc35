using HotlinePush.Channels;

namespace HotlinePush.Notices.Templates;

/// <summary>A template 报备模板 as it is registered with a provider, which sends nothing else.</summary>
/// <param name="Code">As the provider names it, such as <c>SMS_123456789</c>.</param>
/// <param name="Channel"><c>sms</c> or <c>wechat</c>.</param>
/// <param name="Text">Variables stand as <c>${name}</c>, on WeChat as <c>{{name.DATA}}</c>.</param>
/// <param name="Signature">The signature 签名 it is registered with, without brackets; where given it has to be the provider's.</param>
public sealed record RegisteredTemplate(string Code, ChannelKind Channel, string Text, string? Signature = null, string? Name = null);

/// <summary>A provider of this host sends registered templates only.</summary>
/// <param name="Signature">What it signs its texts with.</param>
public sealed record TemplateDemand(ChannelKind Channel, string? Signature = null);

/// <summary>Of each channel that demands templates: the template's variables to the placeholders of the notice that fill them. Fixed by the approval.</summary>
public sealed record TemplateBindings(IReadOnlyDictionary<string, string>? Sms = null, IReadOnlyDictionary<string, string>? Wechat = null)
{
    public IReadOnlyDictionary<string, string>? Of(ChannelKind channel) => channel switch { ChannelKind.Sms => Sms, ChannelKind.WeChat => Wechat, _ => null };
}
