using System.Collections.Frozen;
using System.Globalization;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>
/// Answers of WeCom that mean: nothing was posted (developer.work.weixin.qq.com/document/path/90313). Not among them is <c>-1</c>, system busy,
/// which does not say what was done.
/// </summary>
public static class WeComCodes
{
    /// <summary>The robot is gone or its key is none (93000), or the message is not of their form.</summary>
    private static readonly int[] ForGood = [93000, 93004, 93008, 40008, 40033, 40035, 40039, 40058, 40063, 41016, 44002, 44004, 45002, 45003, 45004, 45005, 45006, 45008, 47001];

    private static readonly FrozenDictionary<long, SendOutcome.NotAccepted> Known = ForGood.Select(c => (c, "The robot or the message was refused.", RetryAdvice.No))
        .Append((45009, "More than the robot may send in a minute.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(1))))
        .Append((45033, "Too many calls at once.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(10))))
        .Append((60020, "The host's address is not on the company's list.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(5))))
        .ToFrozenDictionary(r => (long)r.Item1, r => new SendOutcome.NotAccepted(r.Item1.ToString(CultureInfo.InvariantCulture), r.Item2, r.Item3));

    /// <summary>The refusal that the code proves; null where it proves none.</summary>
    public static SendOutcome.NotAccepted? RefusalOf(long code) => Known.GetValueOrDefault(code);
}
