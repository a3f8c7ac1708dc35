using HotlinePush.Messaging;

namespace HotlinePush.Tests.Crash;

/// <summary>A bus that makes use of every freedom the port leaves it: messages come twice, locks end early, doubles are dropped only at times.</summary>
internal sealed class SimulatedBus(Simulation simulation)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly List<Message> _messages = [];
    private readonly Dictionary<(string, string), DateTimeOffset> _seen = [];
    private long _token;

    private sealed class Message(OutgoingMessage outgoing, DateTimeOffset due)
    {
        public OutgoingMessage Outgoing => outgoing;
        public DateTimeOffset Due { get; set; } = due;
        public DateTimeOffset LockedUntil { get; set; }
        public string Token { get; set; } = "";
        public int Deliveries { get; set; }
    }

    public List<(string Queue, string MessageId, string Reason)> Dead { get; } = [];

    private DateTimeOffset Now => simulation.Time.GetUtcNow();

    /// <summary>Nothing due and nothing locked.</summary>
    public bool IsIdle => !_messages.Any(m => m.Due <= Now || m.LockedUntil > Now);

    public void Send(IReadOnlyCollection<OutgoingMessage> messages)
    {
        foreach (var message in messages)
        {
            var id = (message.Queue, message.MessageId);
            if (_seen.TryGetValue(id, out var at) && Now - at < Window && simulation.Random.Next(2) == 0)
                continue;
            _seen[id] = Now;
            for (var copies = simulation.Chance(0.05) ? 2 : 1; copies > 0; copies--)
                _messages.Add(new(message, message.NotBefore ?? Now));
        }
    }

    public List<ReceivedMessage> Receive(string queue, int max, TimeSpan lockFor)
    {
        var received = new List<ReceivedMessage>();
        foreach (var message in _messages.Where(m => m.Outgoing.Queue == queue && m.Due <= Now && m.LockedUntil <= Now).OrderBy(m => m.Due).Take(max))
        {
            message.Token = $"{++_token}";
            message.LockedUntil = Now + (simulation.Chance(0.03) ? TimeSpan.FromMilliseconds(simulation.Random.Next(500)) : lockFor);
            message.Deliveries++;
            var o = message.Outgoing;
            received.Add(new(o.Queue, o.MessageId, o.Type, o.Body, message.Deliveries, message.Due, message.Token, message.LockedUntil));
        }

        return received;
    }

    public bool Settle(ReceivedMessage received, Settlement settlement)
    {
        if (_messages.Find(m => m.Token == received.LockToken && m.LockedUntil > Now) is not { } message)
            return false;
        message.LockedUntil = default;
        if (settlement is Settlement.Retry retry)
        {
            message.Due = Now + retry.Delay;
            return true;
        }

        if (settlement is Settlement.Dead dead)
            Dead.Add((received.Queue, received.MessageId, dead.Reason));
        return _messages.Remove(message);
    }
}
