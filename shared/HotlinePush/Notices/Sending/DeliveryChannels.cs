using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;

namespace HotlinePush.Notices.Sending;

/// <summary>The providers of this host by channel, in the order they are tried. The outbox stands in where a channel has no other.</summary>
public sealed class DeliveryChannels(IEnumerable<IDeliveryChannel> channels)
{
    private readonly ILookup<ChannelKind, IDeliveryChannel> _byKind =
        channels.GroupBy(c => c.Kind).SelectMany(g => g.Any(c => c is not OutboxDeliveries) ? g.Where(c => c is not OutboxDeliveries) : g).ToLookup(c => c.Kind);

    public IEnumerable<IDeliveryChannel> For(ChannelKind kind) => _byKind[kind];

    /// <summary>Where the recipient is reached on that channel; null where they are not.</summary>
    public static string? AddressOf(Recipient recipient, ChannelKind kind) => kind switch
    {
        ChannelKind.Sms => recipient.Phone,
        ChannelKind.Email => recipient.Email,
        ChannelKind.WeChat => recipient.OpenId,
        ChannelKind.Letter => recipient.Address,
        _ => null,
    };

    /// <summary>Indexes of the notice's channels that can reach the recipient, as bits.</summary>
    public static int WaysOf(Notice notice, Recipient recipient)
    {
        var ways = 0;
        for (var i = 0; i < notice.Channels.Length; i++)
            if (AddressOf(recipient, notice.Channels[i]) is not null)
                ways |= 1 << i;
        return ways;
    }
}
