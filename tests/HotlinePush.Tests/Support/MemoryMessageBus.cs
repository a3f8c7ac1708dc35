using HotlinePush.Messaging;

namespace HotlinePush.Tests.Support;

/// <summary>The bus in memory, for tests that are not about the bus. Due messages only; no locks, no waiting.</summary>
public sealed class MemoryMessageBus(TimeProvider engine) : IMessageBus
{
    private readonly Lock _lock = new();
    private readonly List<(OutgoingMessage Message, int Deliveries, DateTimeOffset DueAt)> _waiting = [];
    private readonly Dictionary<string, (OutgoingMessage Message, int Deliveries)> _delivered = [];
    private readonly List<DeadLetter> _dead = [];
    private int _next;

    public bool Fail { get; set; }

    public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
            foreach (var message in messages)
                _waiting.Add((message, 0, message.NotBefore ?? engine.GetUtcNow()));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            var now = engine.GetUtcNow();
            var due = _waiting.Where(w => w.Message.Queue == queue && w.DueAt <= now).OrderBy(w => w.DueAt).Take(max).ToList();
            var received = new List<ReceivedMessage>();
            foreach (var one in due)
            {
                _waiting.Remove(one);
                var token = $"l{++_next}";
                _delivered[token] = (one.Message, one.Deliveries + 1);
                received.Add(new(queue, one.Message.MessageId, one.Message.Type, one.Message.Body, one.Deliveries + 1, one.DueAt, token, now + lockFor));
            }

            return Task.FromResult<IReadOnlyList<ReceivedMessage>>(received);
        }
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default) => Task.FromResult(_delivered.ContainsKey(message.LockToken));

    public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default)
    {
        lock (_lock)
        {
            if (!_delivered.Remove(message.LockToken, out var delivered))
                return Task.FromResult(false);
            if (settlement is Settlement.Retry retry)
                _waiting.Add((delivered.Message, delivered.Deliveries, engine.GetUtcNow() + retry.Delay));
            else if (settlement is Settlement.Dead dead)
                _dead.Add(new($"d{++_next:D6}", message.Queue, message.MessageId, message.Type, message.Body, dead.Reason, message.DeliveryCount, engine.GetUtcNow()));
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. _dead.Where(d => string.CompareOrdinal(d.Id, after) > 0).Take(limit)]);
    }

    public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default)
    {
        lock (_lock)
        {
            if (_dead.Find(d => d.Id == deadLetterId) is not { } dead)
                return Task.FromResult(false);
            _dead.Remove(dead);
            _waiting.Add((new(dead.Queue, dead.MessageId, dead.Type, dead.Body), 0, engine.GetUtcNow()));
            return Task.FromResult(true);
        }
    }

    public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            var now = engine.GetUtcNow();
            var ready = _waiting.Where(w => w.Message.Queue == queue && w.DueAt <= now).ToList();
            return Task.FromResult(new QueueDepth(
                ready.Count, 0, _waiting.Count(w => w.Message.Queue == queue) - ready.Count, _dead.Count(d => d.Queue == queue),
                ready.Count == 0 ? null : ready.Min(w => w.DueAt)));
        }
    }

    private void Check()
    {
        if (Fail)
            throw new MessageBusException("The bus is out of order.");
    }
}
