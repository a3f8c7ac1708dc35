namespace HotlinePush.Channels.WeComRobot;

/// <summary>Settings <c>Providers:WeCom</c>: group robots 群机器人 of WeCom 企业微信.</summary>
/// <param name="Enabled">Otherwise messages to groups go into the outbox.</param>
/// <param name="Endpoint">The only host that is ever called; a webhook given elsewhere is refused.</param>
public sealed record WeComSettings(bool Enabled, Uri Endpoint)
{
    public const string Provider = "WeCom";
    private const string DefaultEndpoint = "https://qyapi.weixin.qq.com";

    public static readonly WeComSettings Off = new(false, new(DefaultEndpoint));

    public static WeComSettings Read(ProviderSettings s) => new(s.Flag("Enabled"), s.Address("Endpoint", DefaultEndpoint));
}
