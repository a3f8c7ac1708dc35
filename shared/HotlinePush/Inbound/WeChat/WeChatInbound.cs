using HotlinePush.Channels.WeChat;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound.WeChat;

/// <summary>What the official account's messages are proved by; without a token none is taken.</summary>
/// <param name="Key">Of safe mode; with it plain messages are refused.</param>
public sealed record WeChatInbound(string? Token, byte[]? Key, string AppId)
{
    public static readonly WeChatInbound Off = new(null, null, "");

    public static WeChatInbound Of(WeChatSettings settings) =>
        new(settings.Token, settings.EncodingAesKey is { } key ? WeChatCrypt.Key(key) : null, settings.AppId);

    public override string ToString() => nameof(WeChatInbound);
}

/// <summary>One message of the platform: said by a person, or an event.</summary>
/// <param name="Message">For the desk; null: nothing is said by it.</param>
/// <param name="Reply">What is answered without asking the desk.</param>
/// <param name="Receipt">A report on a template message.</param>
/// <param name="Left">The person unsubscribed.</param>
internal sealed record WeChatHeard(string From, string To, InboundMessage? Message, string? Reply = null, (string MessageId, string Status)? Receipt = null, bool Left = false)
{
    private const string NoVideo = "【12345】暂时不能接收视频。请用文字说明问题和地点，也可以发送照片、语音或位置。";
    private const string Welcome = "【12345】欢迎关注。直接发送文字、照片、语音或位置即可反映诉求；发送“查询”看进度，“绑定 手机号”可在微信接收通知，“帮助”看说明。";
    private const int MaxId = 64;

    /// <summary>What a menu's keys say in words; any other key counts as words itself.</summary>
    private static readonly Dictionary<string, string> Menu = new(StringComparer.OrdinalIgnoreCase)
    { ["STATUS"] = "查询", ["QUERY"] = "查询", ["HELP"] = "帮助", ["TD"] = "TD", ["UNSUBSCRIBE"] = "TD", ["START"] = "订阅" };

    /// <returns>Null where sender, receiver or id are missing.</returns>
    public static WeChatHeard? Read(IReadOnlyDictionary<string, string> xml, DateTimeOffset now)
    {
        var (from, to, kind) = (Text("FromUserName"), Text("ToUserName"), Text("MsgType"));
        if (from is null || to is null || kind is null || from.Length > MaxId || to.Length > MaxId || !from.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            return null;
        var said = WeChatXml.Moment(Text("CreateTime"));
        if (kind == "event")
            return said is null || Text("Event") is not { } name ? null : Event(name, said.Value);
        if (Text("MsgId") is not { Length: <= MaxId } id)
            return null;
        var message = new InboundMessage(InboundChannels.WeChat, to, from, id, said ?? now, null) { AnsweredByCaller = true };
        return kind switch
        {
            "text" => new(from, to, message with { Text = Text("Content") }),
            "image" => new(from, to, message with { Media = Media("照片", "image/jpeg") }),
            // Recognised by the platform, where the account has that switched on.
            "voice" => new(from, to, message with { Text = Text("Recognition"), Media = Media("语音", "audio/amr") }),
            "video" or "shortvideo" => new(from, to, null, NoVideo),
            "location" => new(from, to, message with { Location = new(WeChatXml.Degrees(Text("Location_X")), WeChatXml.Degrees(Text("Location_Y")), Text("Label") ?? "位置") }),
            "link" => new(from, to, message with { Text = string.Join('\n', new[] { Text("Title"), Text("Description"), Text("Url") }.OfType<string>()) }),
            _ => new(from, to, null, "【12345】暂时不能接收这类消息，请发送文字。"),
        };

        string? Text(string field) => xml.TryGetValue(field, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

        List<InboundMedia> Media(string name, string type) => Text("MediaId") is { Length: <= 256 } media ? [new(name, type, media)] : [];

        WeChatHeard Event(string name, DateTimeOffset at)
        {
            switch (name)
            {
                case "subscribe":
                    return new(from, to, null, Welcome);
                case "unsubscribe":
                    return new(from, to, null, Left: true);
                case "CLICK" when Text("EventKey") is { Length: <= 128 } key:
                    // Events have no id of their own; the person's stands in none that is kept.
                    return new(from, to, new(InboundChannels.WeChat, to, from, WeChatCrypt.Sign(from, $"{at.ToUnixTimeSeconds()}", "click"), at, Menu.GetValueOrDefault(key, key)) { AnsweredByCaller = true });
                case "TEMPLATESENDJOBFINISH" when Text("MsgID") is { } id && Text("Status") is { } status:
                    return new(from, to, null, Receipt: (id, status));
                default:
                    // Where somebody is when the account is opened is nobody's business; the rest says nothing.
                    return new(from, to, null);
            }
        }
    }
}
