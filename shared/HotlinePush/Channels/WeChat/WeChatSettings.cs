namespace HotlinePush.Channels.WeChat;

/// <summary>Settings <c>Providers:WeChat</c>: the city's official account 公众号.</summary>
/// <param name="PerSecond">Messages a second, over all instances. A flood of template messages is held up by the platform.</param>
/// <param name="Token">Signs what the platform sends to <c>/hooks/wechat</c>; null: nothing is taken there.</param>
/// <param name="EncodingAesKey">Of safe mode 安全模式, 43 characters; null: plain mode.</param>
public sealed record WeChatSettings(string AppId, string AppSecret, Uri Endpoint, int PerSecond, string? Token = null, string? EncodingAesKey = null)
{
    public const string Provider = "WeChat";

    public static WeChatSettings Read(ProviderSettings s)
    {
        var settings = new WeChatSettings(
            s.Required("AppId", "It stands in the account's developer settings 设置与开发 → 基本配置."),
            s.Required("AppSecret", "It is shown once when it is made or reset; the host's address has to be on the account's IP list."),
            s.Address("Endpoint", "https://api.weixin.qq.com"),
            s.Number("PerSecond", 30, 1, 1_000),
            s.Optional("Token"),
            s.Optional("EncodingAESKey"));
        if (settings.EncodingAesKey is { } key && Inbound.WeChat.WeChatCrypt.Key(key) is null)
            s.Wrong("EncodingAESKey", "has to be the 43 characters that the console shows.");
        if (settings is { EncodingAesKey: not null, Token: null })
            s.Wrong("Token", "is missing: safe mode needs it too.");
        return settings;
    }

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Provider} {AppId}";
}
