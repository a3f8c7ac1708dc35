using HotlinePush.Audiences;
using HotlinePush.Notices;

namespace HotlinePush.Channels.WeChat;

/// <summary>Lists seldom hold openids: whoever bound the phone of the list is reached on WeChat all the same.</summary>
public sealed class BoundOpenIds(WeChatBinding bindings)
{
    private const int AtOnce = 16;

    /// <summary>The page with the openids its people have bound; as it is where the notice does not go by WeChat. A phone that many share is nobody's.</summary>
    public async Task<RecipientPage> FillAsync(Notice notice, RecipientPage page, CancellationToken ct)
    {
        if (!notice.Channels.Contains(ChannelKind.WeChat))
            return page;
        var filled = page.Recipients.ToArray();
        foreach (var some in Enumerable.Range(0, filled.Length).Chunk(AtOnce))
            await Task.WhenAll(some.Select(FillOneAsync));
        return page with { Recipients = filled };

        async Task FillOneAsync(int i)
        {
            if (filled[i] is { OpenId: null, SharedPhone: false, Phone: { } phone } recipient && await bindings.FindAsync(phone, ct) is { } openId)
                filled[i] = recipient with { OpenId = openId };
        }
    }
}
