using System.Collections.Concurrent;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Texts;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices;

/// <summary>The text one recipient gets on one channel, with the link to their own copy and the way out.</summary>
public sealed class NoticeComposer(CitySource cities, KeyRing keys, SiteAddress site)
{
    private const int Remembered = 64;
    private readonly ConcurrentDictionary<string, NoticeTexting> _texting = new(StringComparer.Ordinal);

    /// <summary>Of approved notices only: their texts do not change any more.</summary>
    public NoticeText Compose(Notice notice, Recipient recipient, ChannelKind channel, string deliveryId)
    {
        if (channel == ChannelKind.Sms && recipient.SharedPhone && !notice.SharedPhones)
            return new(null, "", Why: "sharedPhone");
        var token = DeliveryToken.Write(keys, deliveryId);
        var made = For(notice).Make(recipient, channel, site.Copy(token));
        if (made is null || made.Missing.Length > 0)
            return new(null, "", Why: made is null ? "noContact" : "missingValue");
        // The words for a phone that several share are no template's.
        if (notice.Bindings?.Of(channel) is not null && made.Values is null)
            return new(null, "", Why: "sharedPhone");
        return new(
            made.Subject, made.Body, TemplateCodeOf(notice, channel), Variables(notice, channel, made.Values), notice.Mandatory || channel != ChannelKind.Email ? null : site.Unsubscribe(token),
            Link: site.Copy(token));
    }

    /// <summary>By the template's own names where the channel sends registered templates.</summary>
    private static IReadOnlyDictionary<string, string>? Variables(Notice notice, ChannelKind channel, IReadOnlyDictionary<string, string>? values) =>
        notice.Bindings?.Of(channel) is { } bound && values is not null ? bound.ToDictionary(b => b.Key, b => values[b.Value], StringComparer.Ordinal) : values;

    /// <summary>The recipient's own values that stand in that text.</summary>
    public IReadOnlyDictionary<string, string> ValuesOf(Notice notice, Recipient recipient, ChannelKind channel) => For(notice).ValuesOf(recipient, channel);

    private static string? TemplateCodeOf(Notice notice, ChannelKind channel) => channel switch
    {
        ChannelKind.Sms => notice.Templates?.Sms,
        ChannelKind.WeChat => notice.Templates?.Wechat,
        _ => null,
    };

    private NoticeTexting For(Notice notice)
    {
        var key = $"{notice.Id} {notice.Frozen?.TextHash}";
        if (_texting.TryGetValue(key, out var known))
            return known;
        if (_texting.Count >= Remembered)
            _texting.Clear();
        // Already in memory while the host runs; only the very first text waits for it.
        var city = cities.GetAsync() is { IsCompletedSuccessfully: true } ready ? ready.Result : Task.Run(() => cities.GetAsync().AsTask()).GetAwaiter().GetResult();
        return _texting.GetOrAdd(key, new NoticeTexting(notice, city));
    }
}
