using System.Security.Cryptography;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>A robot 群机器人 in one group of WeCom. Whoever has its key can write to the group: it is stored sealed and shown masked.</summary>
/// <param name="UnitId">The unit whose publishers write to the group.</param>
/// <param name="Masked">First and last four characters of the key.</param>
public sealed record GroupRobot(string Id, string UnitId, string Name, byte[] SealedKey, string Masked, Actor AddedBy, DateTimeOffset AddedAt, int Seq)
{
    public const int MaxName = 100;

    /// <summary><c>g</c> and 13 letters and digits.</summary>
    public static string NewId() => "g" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 13);

    public static bool IsId(string id) => id is ['g', ..] && id.Length <= 32 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    public bool MayBeUsedBy(Actor actor) => actor.Role switch
    {
        Role.Publisher or Role.Reviewer => actor.UnitId == UnitId,
        Role.Supervisor or Role.Admin => true,
        _ => false,
    };
}

/// <summary>A robot's key out of what somebody pasted.</summary>
public static partial class RobotKey
{
    private const string Path = "/cgi-bin/webhook/send";

    [GeneratedRegex("^[A-Za-z0-9-]{8,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    /// <param name="text">The key, or the whole webhook; an address of another host is none.</param>
    public static string? Of(string text, Uri endpoint)
    {
        text = text.Trim();
        if (Form().IsMatch(text))
            return text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Authority != endpoint.Authority || address.AbsolutePath != Path || address.UserInfo.Length > 0)
            return null;
        var key = address.Query.TrimStart('?').Split('&').Where(p => p.StartsWith("key=", StringComparison.Ordinal)).Select(p => p[4..]).FirstOrDefault();
        return key is not null && Form().IsMatch(key) ? key : null;
    }

    public static string Mask(string key) => key.Length < 12 ? "****" : $"{key[..4]}****{key[^4..]}";
}

/// <summary>What somebody writes of a robot.</summary>
/// <param name="Key">Or <paramref name="Webhook"/>: one of them for a new robot; neither leaves a robot's key as it is.</param>
/// <param name="UnitId">For supervisors and admins; a publisher's robots are its unit's.</param>
public sealed record GroupRobotBody(string Name, string? Key = null, string? Webhook = null, string? UnitId = null)
{
    public (string? Key, Refusal? Refusal) Read(City city, WeComSettings settings, bool isNew)
    {
        var check = new Check().Text("name", Name, required: true, max: GroupRobot.MaxName)
            .That(UnitId is null || city.FindUnit(UnitId) is not null, "unitId", "unknownUnit", "没有这个单位。")
            .That(Key is null || Webhook is null, "webhook", "badValue", "密钥和地址只填一项。");
        var given = Key ?? Webhook;
        var key = given is null ? null : RobotKey.Of(given, settings.Endpoint);
        if (given is null && isNew)
            check.Missing("webhook");
        else if (given is not null && key is null)
            check.Add(Key is null ? "webhook" : "key", "badValue", $"应为群机器人的 Webhook 地址（{settings.Endpoint.Host}）或其中的 key。");
        return (key, check.Result());
    }
}
