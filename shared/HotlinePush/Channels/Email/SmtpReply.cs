using System.Globalization;

namespace HotlinePush.Channels.Email;

/// <summary>What the server's reply was about.</summary>
public enum SmtpStage { Sender, Recipient, Message }

/// <summary>
/// What a reply of refusal means (RFC 5321, 4.2; enhanced codes of RFC 3463): 5yz for good, 4yz for the moment. Until the reply to the end
/// of the message says 250, the server has not taken it (RFC 5321, 6.1), so each is proof.
/// </summary>
public static class SmtpReply
{
    private static readonly TimeSpan SettingsAgain = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BusyAgain = TimeSpan.FromMinutes(1);

    /// <summary>Greylisting lets pass what comes again after five minutes or more.</summary>
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <param name="text">Of the reply, without its code. It may name people, and goes no further.</param>
    /// <param name="no">Which attempt it was, from 1.</param>
    public static SendOutcome Outcome(SmtpStage stage, int status, string text, int no)
    {
        var enhanced = DeliveryStatusRules.Enhanced().Match(text) is { Success: true } match ? match.Value.Trim() : null;
        var code = enhanced ?? status.ToString(CultureInfo.InvariantCulture);
        if (status is < 400 or > 599)
            // No such reply is documented at the end of a message. Before it nothing was handed over.
            return stage == SmtpStage.Message ? new SendOutcome.Unknown("unreadableAnswer") : Refused(RetryAdvice.WhenBack(BusyAgain));
        if (status is 530 or 534 or 535 or 538 or 454)
            return Refused(RetryAdvice.WhenBack(SettingsAgain));
        if (status == 421)
            return Refused(RetryAdvice.WhenBack(BusyAgain));
        var (subject, isSize) = (enhanced?.Split('.')[1], status == 552 || enhanced is "5.3.4" or "5.2.3");
        if (status >= 500)
            // Whoever may not send at all is refused for every recipient: that is no property of this one.
            return Refused(stage == SmtpStage.Sender && !isSize ? RetryAdvice.WhenBack(SettingsAgain) : RetryAdvice.No);
        // 4.3.z: the server itself; 4.4.z: its network.
        return Refused(stage == SmtpStage.Sender || subject is "3" or "4" ? RetryAdvice.WhenBack(BusyAgain) : RetryAdvice.Later(Delay(no)));

        SendOutcome Refused(RetryAdvice retry) => new SendOutcome.NotAccepted(code, "The mail server refused it.", retry);
    }

    private static TimeSpan Delay(int no)
    {
        var delay = First * Math.Pow(2, Math.Clamp(no - 1, 0, 10));
        return delay < Longest ? delay : Longest;
    }
}
