namespace HotlinePush.Channels.Aliyun;

/// <summary>Settings <c>Providers:Aliyun</c>.</summary>
/// <param name="SignName">The registered signature 签名, without brackets.</param>
/// <param name="PerSecond">Calls a second, over all instances.</param>
/// <param name="ReportKey">Has to stand as <c>?key=</c> in the address that reports are pushed to; null: reports go by their attempt alone.</param>
public sealed record AliyunSettings(string AccessKeyId, string AccessKeySecret, string SignName, string RegionId, Uri Endpoint, int PerSecond, string? ReportKey)
{
    public const string Provider = "Aliyun";

    public static AliyunSettings Read(ProviderSettings s) => new(
        s.Required("AccessKeyId", "Take it from the RAM console; the user needs AliyunDysmsFullAccess."),
        s.Required("AccessKeySecret", "It is shown once when the AccessKey is made."),
        s.Required("SignName", "Name a signature that the SMS console shows as approved, without 【】."),
        s.Text("RegionId", "cn-hangzhou"),
        s.Address("Endpoint", "https://dysmsapi.aliyuncs.com"),
        s.Number("PerSecond", 100, 1, 5_000),
        s.Optional("ReportKey"));

    // A secret must not reach a log by way of a record's text.
    public override string ToString() => $"{Provider} {Endpoint.Host}";
}
