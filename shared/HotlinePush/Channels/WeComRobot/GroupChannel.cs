using HotlinePush.Channels.Outbox;
using HotlinePush.Clocks;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>One message to one group.</summary>
/// <param name="Id">Names this attempt for good.</param>
/// <param name="RobotName">Where it goes, for people.</param>
public sealed record GroupText(string Id, string DeliveryId, string RobotName, string Key, GroupContent Content, string? NoticeId)
{
    // A key must not reach a log by way of a record's text.
    public override string ToString() => DeliveryId;
}

/// <summary>How messages reach groups: WeCom, or the outbox.</summary>
public interface IGroupChannel
{
    /// <summary>Of each robot.</summary>
    ChannelLimits Limits { get; }

    /// <summary>One call, or none. Never throws for what a provider or a network does; cancelled: <see cref="SendOutcome.Unknown"/>.</summary>
    Task<SendOutcome> SendAsync(GroupText text, CancellationToken ct);
}

/// <summary>Robots of WeCom, by their webhook. Twenty messages a minute each.</summary>
public sealed class WeComRobotChannel(WeComSettings settings) : IGroupChannel, IDisposable
{
    private const string Path = "/cgi-bin/webhook/send?key=";
    private readonly HttpClient _client = ProviderHttp.NewClient(settings.Endpoint);

    public ChannelLimits Limits { get; } = new(20, TimeSpan.FromMinutes(1), 1);

    public async Task<SendOutcome> SendAsync(GroupText text, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + Uri.EscapeDataString(text.Key)) { Content = ProviderHttp.Body(Message(text.Content)) };
        var answer = await ProviderHttp.CallAsync(_client, request, ct);
        if (answer.End is { } end)
            return end;
        return answer.Number("errcode") switch
        {
            0 => new SendOutcome.Accepted(null),
            { } code when WeComCodes.RefusalOf(code) is { } refusal => refusal,
            _ => new SendOutcome.Unknown("unknownAnswer"),
        };
    }

    private static object Message(GroupContent content) => content.Kind switch
    {
        GroupMessageKind.Text => new { msgtype = "text", text = new { content = content.Text } },
        GroupMessageKind.Markdown => new { msgtype = "markdown", markdown = new { content = content.Markdown } },
        _ => new { msgtype = "news", news = new { articles = content.Articles.Select(a => new { title = a.Title, description = a.Description ?? "", url = a.Url, picurl = a.PicUrl ?? "" }) } },
    };

    public void Dispose() => _client.Dispose();
}

/// <summary>Messages to groups into the outbox: to the robot's name.</summary>
public sealed class GroupOutbox(OutboxChannel outbox, OutboxOptions options, ProductClock clock) : IGroupChannel
{
    public const string Purpose = "groupMessage";

    public ChannelLimits Limits => ChannelLimits.None;

    public async Task<SendOutcome> SendAsync(GroupText text, CancellationToken ct)
    {
        if (options.Delay > TimeSpan.Zero)
            await Task.Delay(options.Delay, clock.Engine, CancellationToken.None);
        try
        {
            await outbox.SendAllAsync([new(text.Id, ChannelKind.Group, text.RobotName, null, Body(text.Content), Purpose, null, text.NoticeId, text.DeliveryId)], ct);
            return new SendOutcome.Accepted(text.Id, Delivered: true);
        }
        catch (TableStoreException)
        {
            return new SendOutcome.Unknown("outboxUnknown");
        }
    }

    private static string Body(GroupContent content) => content.Kind switch
    {
        GroupMessageKind.Text => content.Text!,
        GroupMessageKind.Markdown => content.Markdown!,
        _ => string.Join("\n\n", content.Articles.Select(a => string.Join('\n', new[] { a.Title, a.Description, a.Url, a.PicUrl }.Where(l => !string.IsNullOrEmpty(l))))),
    };
}
