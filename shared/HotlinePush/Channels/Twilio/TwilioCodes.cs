using System.Globalization;

namespace HotlinePush.Channels.Twilio;

/// <summary>
/// What Twilio's refusals mean (twilio.com/docs/api/errors). An answer of 4xx is a definite refusal: there is no message. The codes of
/// 30xxx come with reports, after a message was accepted.
/// </summary>
public static class TwilioCodes
{
    /// <summary>The person sent STOP to our number; Twilio sends them nothing more.</summary>
    public const int OptedOut = 21610;

    private static readonly TimeSpan SettingsAgain = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ThrottledAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QueueAgain = TimeSpan.FromMinutes(1);

    /// <param name="status">HTTP status.</param>
    /// <param name="code">Twilio's; 0 where the answer had none.</param>
    public static SendOutcome Outcome(int status, int code)
    {
        if (status is < 400 or >= 500)
            return new SendOutcome.Unknown(status >= 500 ? "http5xx" : "unreadableAnswer");
        return new SendOutcome.NotAccepted(
            (code > 0 ? code : status).ToString(CultureInfo.InvariantCulture), "Twilio refused it.", AdviceFor(status, code));
    }

    private static RetryAdvice AdviceFor(int status, int code) => code switch
    {
        // Too many requests of the account, too many at once, too fast for the number.
        20429 or 14107 => RetryAdvice.WhenBack(ThrottledAgain),
        // The number's queue, or the account's, is full.
        21611 or 30001 => RetryAdvice.WhenBack(QueueAgain),
        // Not the recipient's fault: credentials and account (200xx), the sender (21212, 21603, 21606, 21607, 21659 to 21661), the
        // address for reports (21609), the messaging service and its pool (217xx), the account suspended (30002).
        20003 or 20005 or 20006 or 20008 or 20403 or 20404 => RetryAdvice.WhenBack(SettingsAgain),
        21212 or 21603 or 21606 or 21607 or 21609 or 21659 or 21660 or 21661 or 30002 => RetryAdvice.WhenBack(SettingsAgain),
        >= 21701 and <= 21799 => RetryAdvice.WhenBack(SettingsAgain),
        // Everything else is about this recipient or this text: 21211 no number, 21214 and 21612 not to be reached, 21408 a country that is
        // not permitted, 21610 opted out, 21614 and 21635 no mobile, 21617 too long.
        > 0 => RetryAdvice.No,
        _ => status switch
        {
            429 => RetryAdvice.WhenBack(ThrottledAgain),
            401 or 403 or 404 or 407 => RetryAdvice.WhenBack(SettingsAgain),
            408 => RetryAdvice.WhenBack(ThrottledAgain),
            _ => RetryAdvice.No,
        },
    };
}
