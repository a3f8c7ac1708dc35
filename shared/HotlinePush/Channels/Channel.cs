using System.Text.Json.Serialization;

namespace HotlinePush.Channels;

/// <summary>How a text reaches a person.</summary>
[CamelCaseWords]
public enum ChannelKind
{
    Sms,
    Email,

    [JsonStringEnumMemberName("wechat")]
    WeChat,

    Letter,

    /// <summary>A group robot's message: a kind of its own, never one of a recipient's channels.</summary>
    Group,
}

/// <summary>One text to one address, for one purpose.</summary>
/// <param name="Id">Names the text for good: sent again with the same id it is the same text, and reaches the person once.</param>
/// <param name="To">Phone in E.164, or an e-mail address.</param>
/// <param name="Purpose">Stable word: <c>ticketReceived, ticketAnswered, ticketExtended, ticketClosed, reminder</c>, …</param>
public sealed record OutgoingText(
    string Id, ChannelKind Kind, string To, string? Subject, string Body, string Purpose, string? TicketNumber = null, string? NoticeId = null, string? DeliveryId = null);

/// <summary>A way to a person: a provider of SMS, e-mail or the like, or the outbox that records instead of sending.</summary>
public interface IChannel
{
    /// <summary>
    /// Hands the text over. Returns when the provider has accepted it; throws <see cref="ChannelException"/> when it has not.
    /// A text whose <see cref="OutgoingText.Id"/> was accepted before is accepted again without a second effect where the provider allows it.
    /// </summary>
    Task SendAsync(OutgoingText text, CancellationToken ct);
}

public class ChannelException(string message, Exception? inner = null) : Exception(message, inner);
