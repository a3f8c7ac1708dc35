namespace HotlinePush.Channels.WeChat;

/// <summary>Settings <c>Providers:WeChat</c>: the city's official account 公众号.</summary>
/// <param name="PerSecond">Messages a second, over all instances. A flood of template messages is held up by the platform.</param>
public sealed record WeChatSettings(string AppId, string AppSecret, Uri Endpoint, int PerSecond)
{
    public const string Provider = "WeChat";

    public static WeChatSettings Read(ProviderSettings s) => new(
        s.Required("AppId", "It stands in the account's developer settings 设置与开发 → 基本配置."),
        s.Required("AppSecret", "It is shown once when it is made or reset; the host's address has to be on the account's IP list."),
        s.Address("Endpoint", "https://api.weixin.qq.com"),
        s.Number("PerSecond", 30, 1, 1_000));

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Provider} {AppId}";
}
