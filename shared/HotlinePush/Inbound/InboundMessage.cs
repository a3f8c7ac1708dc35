using HotlinePush.Tickets;

namespace HotlinePush.Inbound;

/// <summary>The ways in that hold a conversation; each is a ticket's <c>channel</c>.</summary>
public static class InboundChannels
{
    public const string Sms = "sms";
    public const string WeChat = "wechat";
    public const string Email = "email";
}

/// <summary>What somebody said to us, whatever it came by, once its origin is proved.</summary>
/// <param name="Channel">A word of <see cref="InboundChannels"/>.</param>
/// <param name="Account">Our number, mailbox or account it came to.</param>
/// <param name="Sender">Phone in E.164, e-mail address in small letters, or openid; at most 320 characters.</param>
/// <param name="ExternalId">What the channel calls it: with channel and account it names the message for good.</param>
/// <param name="At">When it was said, by the channel's word; a moment still to come counts as now.</param>
public sealed record InboundMessage(string Channel, string Account, string Sender, string ExternalId, DateTimeOffset At, string? Text)
{
    public string? Subject { get; init; }

    public IReadOnlyList<InboundMedia> Media { get; init; } = [];

    /// <summary>The ticket it answers, proved by something that only our message held; a number that stands in the text is no proof.</summary>
    public string? Thread { get; init; }

    /// <summary>Written by a machine: an auto-reply, a bounce, a service number. Kept as seen, and nothing follows.</summary>
    public bool Automatic { get; init; }

    public Location? Location { get; init; }

    /// <summary>
    /// Whoever hands it in gives the answer himself, in the same breath. Where false, or where that was cut off, the answer goes out as a
    /// message of its own.
    /// </summary>
    public bool AnsweredByCaller { get; init; }
}

/// <summary>A picture, a recording or another file that came with a message: behind a reference the channel can follow later, or as a stream now.</summary>
/// <param name="Name">As the sender calls it.</param>
/// <param name="Reference">What the channel's <see cref="IInboundMedia"/> fetches it by, after the answer.</param>
/// <param name="Open">
/// The content, now; read once, at most 20 MB of it. Such media are stored before <see cref="InboundDesk.ReceiveAsync"/> returns, and again
/// asked for when a message that was cut off is handed in anew: whoever hands it in keeps it until then.
/// </param>
public sealed record InboundMedia(string? Name, string? ContentType, string? Reference = null, Func<CancellationToken, Task<Stream?>>? Open = null);

/// <summary>Fetches what a channel keeps for us for a while.</summary>
public interface IInboundMedia
{
    /// <summary>A word of <see cref="InboundChannels"/>.</summary>
    string Channel { get; }

    /// <returns>The content; null where it is gone for good.</returns>
    /// <exception cref="IOException">It cannot be had now: it is asked for again.</exception>
    Task<Stream?> OpenAsync(string reference, CancellationToken ct);
}

/// <summary>What is said to the sender.</summary>
/// <param name="Text">Null: nothing is said, or it goes out as a message of its own.</param>
/// <param name="Number">The ticket it is about.</param>
public sealed record InboundReply(string? Text, string? Number = null);

/// <summary>Sends an answer by a channel that has a way of its own for it, beside the providers of notices.</summary>
public interface IInboundAnswer
{
    /// <summary>A word of <see cref="InboundChannels"/>.</summary>
    string Channel { get; }

    /// <param name="id">Names the answer for good: it reaches the person once.</param>
    /// <exception cref="Channels.ChannelException">It was not accepted: it is handed over again.</exception>
    Task SendAsync(string id, string to, string text, CancellationToken ct);
}

/// <summary>
/// A part of the product that certain messages are for, before they are taken for a request: asked in the order of the container. It must do
/// the same once however often it is asked under one id.
/// </summary>
public interface IInboundTaker
{
    /// <summary>Stable word; stands in the stored plan of a message.</summary>
    string Name { get; }

    /// <summary>Whether the message is for it, by what stands in the message alone.</summary>
    bool Takes(InboundMessage message);

    /// <param name="id">Names the message for good.</param>
    Task<InboundReply> TakeAsync(InboundMessage message, string id, CancellationToken ct);
}
