using System.Collections.Frozen;
using System.Globalization;

namespace HotlinePush.Channels.WeChat;

/// <summary>
/// Answers of the official account's API that mean: nothing was sent (developers.weixin.qq.com, global return codes 全局返回码). Not among them is
/// <c>-1</c>, system busy: the documentation says to try later, not that nothing was done.
/// </summary>
public static class WeChatCodes
{
    /// <summary>The credential was refused, before the message was looked at: a fresh one may do.</summary>
    public static bool IsCredential(long code) => code is 40001 or 40014 or 41001 or 42001;

    /// <summary>This person, or this text: no openid of the account, not following, refused messages; template or data wrong.</summary>
    private static readonly int[] ForGood = [40003, 43004, 43019, 43101, 40036, 40037, 40039, 40048, 40066, 41030, 44002, 45002, 45067, 47001, 47003];

    /// <summary>The account: no right to send, frozen, address not on the list, the day's quota used up.</summary>
    private static readonly int[] Account = [40013, 40125, 40164, 45009, 48001, 48004, 50001, 50002, 50005, 89503, 89506, 89507];

    private static readonly FrozenDictionary<long, SendOutcome.NotAccepted> Known = ForGood.Select(c => (c, "Refused for this person or text.", RetryAdvice.No))
        // Too many to this openid.
        .Append((43117, "The person has had too many messages.", RetryAdvice.Later(TimeSpan.FromHours(1))))
        .Append((45011, "Too many calls.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(1))))
        .Concat(Account.Select(c => (c, "The account needs somebody to look at it.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(5)))))
        .ToFrozenDictionary(r => (long)r.Item1, r => new SendOutcome.NotAccepted(r.Item1.ToString(CultureInfo.InvariantCulture), r.Item2, r.Item3));

    /// <summary>The refusal that the code proves; null where it proves none.</summary>
    public static SendOutcome.NotAccepted? RefusalOf(long code) => Known.GetValueOrDefault(code);
}
