using System.Globalization;
using System.Text;
using HotlinePush.Messaging;

namespace HotlinePush.Tests.Support;

/// <summary>The message bus in memory, on the clock of the test.</summary>
public sealed class MemoryMessageBus(TimeProvider engine) : IMessageBus
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private sealed class Held
    {
        public required OutgoingMessage Message { get; init; }
        public required DateTimeOffset DueAt { get; set; }
        public required long Order { get; init; }
        public int Deliveries { get; set; }
        public string? Lock { get; set; }
        public DateTimeOffset LockedUntil { get; set; }
    }

    private readonly Lock _lock = new();
    private readonly List<Held> _held = [];
    private readonly List<DeadLetter> _dead = [];
    private readonly Dictionary<(string Queue, string Id), DateTimeOffset> _seen = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _order;

    /// <summary>Out of order: every call throws.</summary>
    public bool Fail { get; set; }

    /// <summary>Everything that was ever sent.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<OutgoingMessage> Sent { get; } = new();

    private void Check()
    {
        if (Fail)
            throw new MessageBusException("The bus is out of order.");
    }

    public Task SendAsync(IReadOnlyCollection<OutgoingMessage> messages, CancellationToken ct = default)
    {
        Check();
        ct.ThrowIfCancellationRequested();
        if (messages.Any(m => Encoding.UTF8.GetByteCount(m.Body) > OutgoingMessage.MaxBodyBytes))
            throw new ArgumentException("A body is over 64 KiB.");
        foreach (var message in messages)
            Sent.Enqueue(message);
        lock (_lock)
        {
            var now = engine.GetUtcNow();
            foreach (var message in messages)
            {
                var id = (message.Queue, message.MessageId);
                if (_seen.TryGetValue(id, out var at) && now - at < Remembered)
                    continue;
                _seen[id] = now;
                Put(message, message.NotBefore is { } later && later > now ? later : now);
            }

            Changed();
        }

        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(string queue, int max, TimeSpan lockFor, TimeSpan wait, CancellationToken ct = default)
    {
        Check();
        var until = engine.GetUtcNow() + wait;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            Task changed;
            TimeSpan next;
            lock (_lock)
            {
                var now = engine.GetUtcNow();
                var taken = _held.Where(h => h.Message.Queue == queue && IsReady(h, now)).OrderBy(h => h.DueAt).ThenBy(h => h.Order).Take(max).ToList();
                if (taken.Count > 0 || now >= until)
                    return taken.ConvertAll(h => Take(h, now + lockFor));
                changed = _changed.Task;
                var ready = _held.Where(h => h.Message.Queue == queue).Select(h => h.Lock is null ? h.DueAt : h.LockedUntil).Append(until).Min();
                next = ready < until ? ready - now : until - now;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(changed, Task.Delay(next, engine, stop.Token));
            await stop.CancelAsync();
        }
    }

    public Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockFor, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            if (Find(message) is not { } held)
                return Task.FromResult(false);
            held.LockedUntil = engine.GetUtcNow() + lockFor;
            return Task.FromResult(true);
        }
    }

    public Task<bool> SettleAsync(ReceivedMessage message, Settlement settlement, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            if (Find(message) is not { } held)
                return Task.FromResult(false);
            var now = engine.GetUtcNow();
            held.Lock = null;
            switch (settlement)
            {
                case Settlement.Retry retry:
                    held.DueAt = now + retry.Delay;
                    break;
                case Settlement.Dead dead:
                    _held.Remove(held);
                    var m = held.Message;
                    _dead.Add(new((++_order).ToString("D12", CultureInfo.InvariantCulture), m.Queue, m.MessageId, m.Type, m.Body, dead.Reason, held.Deliveries, now));
                    break;
                default:
                    _held.Remove(held);
                    break;
            }

            Changed();
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(int limit, string? after = null, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. _dead.Where(d => after is null || string.CompareOrdinal(d.Id, after) > 0).Take(limit)]);
    }

    public Task<bool> ReplayAsync(string deadLetterId, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            if (_dead.Find(d => d.Id == deadLetterId) is not { } dead)
                return Task.FromResult(false);
            _dead.Remove(dead);
            Put(new(dead.Queue, dead.MessageId, dead.Type, dead.Body), engine.GetUtcNow());
            Changed();
            return Task.FromResult(true);
        }
    }

    public Task<QueueDepth> CountAsync(string queue, CancellationToken ct = default)
    {
        Check();
        lock (_lock)
        {
            var now = engine.GetUtcNow();
            var held = _held.Where(h => h.Message.Queue == queue).ToList();
            var ready = held.Where(h => IsReady(h, now)).ToList();
            var locked = held.Count(h => h.Lock is not null && h.LockedUntil > now);
            return Task.FromResult(new QueueDepth(
                ready.Count, locked, held.Count - ready.Count - locked, _dead.Count(d => d.Queue == queue), ready.Count == 0 ? null : ready.Min(h => h.DueAt)));
        }
    }

    private static bool IsReady(Held held, DateTimeOffset now) => held.DueAt <= now && (held.Lock is null || held.LockedUntil <= now);

    private static ReceivedMessage Take(Held held, DateTimeOffset lockedUntil)
    {
        held.Deliveries++;
        held.Lock = Guid.NewGuid().ToString("N");
        held.LockedUntil = lockedUntil;
        var m = held.Message;
        return new(m.Queue, m.MessageId, m.Type, m.Body, held.Deliveries, held.DueAt, held.Lock, lockedUntil);
    }

    private Held? Find(ReceivedMessage message) =>
        _held.Find(h => h.Lock == message.LockToken && h.LockedUntil > engine.GetUtcNow());

    private void Put(OutgoingMessage message, DateTimeOffset dueAt) => _held.Add(new() { Message = message, DueAt = dueAt, Order = ++_order });

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
