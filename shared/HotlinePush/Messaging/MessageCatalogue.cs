using System.Collections.Frozen;
using System.Text.Json;

namespace HotlinePush.Messaging;

/// <summary>The queues, named once for both hosts.</summary>
public static class Queues
{
    /// <summary>What follows a commit: routing, indexes.</summary>
    public const string Tickets = "tickets";

    /// <summary>Moments of urgent tickets, apart from the others so that 18:00 does not delay them.</summary>
    public const string UrgentTimers = "timers-urgent";

    public const string Timers = "timers";

    /// <summary>Messages to people.</summary>
    public const string People = "people";

    /// <summary>Long, paged work: imports, recomputing, telling many.</summary>
    public const string Jobs = "jobs";

    /// <summary>Pages of notices: many, and none in a hurry.</summary>
    public const string Notices = "notices";

    public static readonly IReadOnlyList<string> All = [Tickets, UrgentTimers, Timers, People, Jobs, Notices];
}

/// <summary>What is retried, how often, and when it is a dead letter.</summary>
/// <param name="MaxDeliveries">Deliveries after which the message is dead.</param>
/// <param name="FirstDelay">Before the second delivery; doubles each time, up to <paramref name="MaxDelay"/>.</param>
public sealed record RetryRule(int MaxDeliveries, TimeSpan FirstDelay, TimeSpan MaxDelay)
{
    public TimeSpan DelayAfter(int deliveryCount)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(deliveryCount - 1, 20));
        return delay < MaxDelay ? delay : MaxDelay;
    }
}

/// <summary>One kind of message: its stable name and version, its queue, its handler and what happens when the handler fails.</summary>
public sealed record MessageKind(string Type, string Queue, RetryRule Retry, Func<IServiceProvider, string, CancellationToken, Task> Handle);

/// <summary>Every kind of message the product sends. Built by the capabilities, complete before the first is handled.</summary>
public sealed class MessageCatalogue
{
    private readonly Dictionary<string, MessageKind> _kinds = new(StringComparer.Ordinal);
    private FrozenDictionary<string, MessageKind>? _frozen;

    public IReadOnlyCollection<MessageKind> Kinds => _kinds.Values;

    /// <param name="type">Stable name and version, such as <c>ticket.route.v1</c>.</param>
    public MessageCatalogue Add<TBody, THandler>(string type, string queue, RetryRule retry, Func<THandler, TBody, CancellationToken, Task> handle)
        where THandler : notnull
    {
        _kinds.Add(type, new(type, queue, retry, (services, body, ct) => handle(
            services.GetRequiredService<THandler>(),
            JsonSerializer.Deserialize<TBody>(body, MessageJson.Options) ?? throw new JsonException("The body is null."),
            ct)));
        _frozen = null;
        return this;
    }

    public MessageKind? Find(string type) => (_frozen ??= _kinds.ToFrozenDictionary(StringComparer.Ordinal)).GetValueOrDefault(type);

    public PendingMessage Message<TBody>(string type, string messageId, TBody body, DateTimeOffset? notBefore = null, string? queue = null)
    {
        var kind = Find(type) ?? throw new ArgumentException($"No message kind {type}.");
        return new(queue ?? kind.Queue, messageId, type, JsonSerializer.Serialize(body, MessageJson.Options), notBefore);
    }
}
