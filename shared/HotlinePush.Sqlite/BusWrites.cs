using HotlinePush.Messaging;

namespace HotlinePush.Sqlite;

/// <summary>Queues on the writer thread. Messages, due times, delivery counts, locks and dead letters are in the file; who waits is in memory.</summary>
internal sealed class BusWrites
{
    private readonly Statement _insert, _due, _lock, _next, _unlock, _renew, _complete, _retry, _bury, _forget, _dead, _undead;
    private readonly WriteSession _session;
    private readonly Connection _connection;
    private readonly RecentMessages _recent = new();
    private readonly Dictionary<string, WaitingReceivers> _queues = new(StringComparer.Ordinal);
    private readonly List<WaitingReceivers> _touched = [];
    private readonly List<ReceiveJob> _served = [];
    private readonly List<LockToken> _locking = [];

    /// <summary>Ends of locks. An entry outlives its lock where the message was settled or renewed meanwhile: it then frees nothing.</summary>
    private readonly PriorityQueue<long, long> _lockEnds = new();

    public BusWrites(Connection connection, WriteSession session)
    {
        _connection = connection;
        _session = session;
        // Locks are held by a process. Whoever held these is gone, and waiting for their end would only make messages late.
        connection.Execute("UPDATE messages SET available = due, token = 0 WHERE token <> 0");
        using (var recent = new Statement(connection, "SELECT queue, mid, sent FROM messages"))
        {
            while (recent.Step())
                _recent.Remember(recent.Text(0), recent.Text(1), recent.Int64(2));
        }

        _recent.Committed();
        _insert = connection.Prepare("INSERT INTO messages(seq, queue, mid, type, body, sent, due, available, token, deliveries) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, 0)");
        _due = connection.Prepare("SELECT seq, mid, type, body, due, deliveries FROM messages WHERE queue = ?1 AND available <= ?2 ORDER BY available, seq LIMIT ?3");
        _lock = connection.Prepare("UPDATE messages SET available = ?2, token = ?3, deliveries = deliveries + 1 WHERE seq = ?1");
        _next = connection.Prepare("SELECT available FROM messages WHERE queue = ?1 AND available > ?2 ORDER BY available LIMIT 1");
        _unlock = connection.Prepare("UPDATE messages SET available = due, token = 0 WHERE seq = ?1 AND token <> 0 AND available <= ?2");
        _renew = connection.Prepare("UPDATE messages SET available = ?4 WHERE seq = ?1 AND token = ?2 AND available > ?3");
        _complete = connection.Prepare("DELETE FROM messages WHERE seq = ?1 AND token = ?2 AND available > ?3");
        _retry = connection.Prepare("UPDATE messages SET available = ?4, due = ?4, token = 0 WHERE seq = ?1 AND token = ?2 AND available > ?3");
        _bury = connection.Prepare(
            "INSERT INTO dead(id, queue, mid, type, body, reason, deliveries, dead_at) SELECT ?4, queue, mid, type, body, ?5, deliveries, ?3 FROM messages WHERE seq = ?1 AND token = ?2 AND available > ?3");
        _forget = connection.Prepare("DELETE FROM dead WHERE id = ?1");
        _dead = connection.Prepare("SELECT queue FROM dead WHERE id = ?1");
        _undead = connection.Prepare(
            "INSERT INTO messages(seq, queue, mid, type, body, sent, due, available, token, deliveries) SELECT ?2, queue, mid, type, body, ?3, ?3, ?3, 0, 0 FROM dead WHERE id = ?1");
    }

    public void Send(OutgoingMessage message, long now)
    {
        if (!_recent.Remember(message.Queue, message.MessageId, now))
            return;
        var due = message.NotBefore?.UtcTicks ?? now;
        _insert.Bind(1, _session.Next()).Bind(2, message.Queue).Bind(3, message.MessageId).Bind(4, message.Type).Bind(5, message.Body)
            .Bind(6, now).Bind(7, due).Run();
        Touch(message.Queue);
    }

    public bool Renew(string queue, LockToken token, long until, long now)
    {
        _renew.Bind(1, token.Seq).Bind(2, token.Number).Bind(3, now).Bind(4, until).Run();
        if (_connection.Changes == 0)
            return false;
        _lockEnds.Enqueue(token.Seq, until);
        Touch(queue);
        return true;
    }

    public bool Settle(string queue, LockToken token, Settlement settlement, long now)
    {
        switch (settlement)
        {
            case Settlement.Retry retry:
                var due = now + Math.Max(0, retry.Delay.Ticks);
                _retry.Bind(1, token.Seq).Bind(2, token.Number).Bind(3, now).Bind(4, due).Run();
                Touch(queue);
                return _connection.Changes > 0;
            case Settlement.Dead dead:
                _bury.Bind(1, token.Seq).Bind(2, token.Number).Bind(3, now).Bind(4, _session.Next()).Bind(5, dead.Reason).Run();
                if (_connection.Changes == 0)
                    return false;
                break;
        }

        _complete.Bind(1, token.Seq).Bind(2, token.Number).Bind(3, now).Run();
        return _connection.Changes > 0;
    }

    public bool Replay(long id, long now)
    {
        _dead.Bind(1, id);
        var queue = _dead.Step() ? _dead.Text(0) : null;
        _dead.Reset();
        if (queue is null)
            return false;
        _undead.Bind(1, id).Bind(2, _session.Next()).Bind(3, now).Run();
        _forget.Bind(1, id).Run();
        Touch(queue);
        return true;
    }

    public bool TryServe(ReceiveJob job)
    {
        var now = job.Bus.Now;
        FreeEndedLocks(now);
        var found = new List<ReceivedMessage>();
        var until = now + job.LockFor.Ticks;
        _locking.Clear();
        _due.Bind(1, job.Queue).Bind(2, now).Bind(3, job.Max);
        while (_due.Step())
        {
            var token = new LockToken(_due.Int64(0), _session.Next());
            _locking.Add(token);
            found.Add(new(
                job.Queue, _due.Text(1), _due.Text(2), _due.Text(3), (int)_due.Int64(5) + 1, new(_due.Int64(4), TimeSpan.Zero),
                token.ToString(), new(until, TimeSpan.Zero)));
        }

        _due.Reset();
        if (found.Count == 0 || !job.TryTake())
            return false;
        foreach (var token in _locking)
        {
            _lock.Bind(1, token.Seq).Bind(2, until).Bind(3, token.Number).Run();
            _lockEnds.Enqueue(token.Seq, until);
        }

        job.Messages = found;
        Touch(job.Queue);
        return true;
    }

    public void Park(ReceiveJob job)
    {
        var queue = QueueOf(job.Queue);
        queue.Receivers.RemoveAll(static r => !r.IsOpen);
        queue.Receivers.Add(job);
        Touch(queue);
    }

    public void TouchAll()
    {
        foreach (var queue in _queues.Values)
            Touch(queue);
    }

    /// <summary>At the end of a group: each queue that changed serves those who wait, longest waiting first, and learns when to look again.</summary>
    public void ServeWaiting()
    {
        // Serving touches the queue it serves, which is marked already: the list does not grow meanwhile.
        foreach (var queue in _touched)
        {
            while (queue.Receivers.Count > 0)
            {
                var receiver = queue.Receivers[0];
                if (!TryServe(receiver) && receiver.IsOpen)
                    break;
                queue.Receivers.RemoveAt(0);
                if (receiver.Messages.Count > 0)
                    _served.Add(receiver);
            }

            if (queue.Receivers.Count > 0)
                ArmTimers(queue);
            queue.IsTouched = false;
        }

        _touched.Clear();
    }

    public void Committed()
    {
        _recent.Committed();
        foreach (var receiver in _served)
            receiver.Complete();
        _served.Clear();
    }

    public void RolledBack(Exception error, bool isTransient)
    {
        _recent.RolledBack();
        foreach (var receiver in _served)
            receiver.Fail(error, isTransient);
        _served.Clear();
        foreach (var queue in _touched)
            queue.IsTouched = false;
        _touched.Clear();
        if (!isTransient)
            return;
        foreach (var queue in _queues.Values)
            queue.Receivers.RemoveAll(static r => !r.IsOpen);
    }

    /// <summary>The writer has stopped: nobody will be served any more.</summary>
    public void Fail(Exception error) => EndAll(r => r.Fail(error, false));

    public void Close() => EndAll(static r => r.EndWait());

    private void EndAll(Action<ReceiveJob> end)
    {
        foreach (var queue in _queues.Values)
        {
            queue.Receivers.ForEach(end);
            queue.Receivers.Clear();
        }
    }

    /// <summary>Those whose lock has ended take their old place in the order again.</summary>
    private void FreeEndedLocks(long now)
    {
        while (_lockEnds.TryPeek(out var seq, out var end) && end <= now)
        {
            _lockEnds.Dequeue();
            _unlock.Bind(1, seq).Bind(2, now).Run();
        }
    }

    private void ArmTimers(WaitingReceivers queue)
    {
        SqliteMessageBus? armed = null;
        foreach (var receiver in queue.Receivers)
        {
            if (ReferenceEquals(receiver.Bus, armed))
                continue;
            armed = receiver.Bus;
            _next.Bind(1, queue.Name).Bind(2, armed.Now);
            if (_next.Step())
                armed.WakeAt(_next.Int64(0));
            _next.Reset();
        }
    }

    private void Touch(string queue) => Touch(QueueOf(queue));

    private void Touch(WaitingReceivers queue)
    {
        if (queue.IsTouched)
            return;
        queue.IsTouched = true;
        _touched.Add(queue);
    }

    private WaitingReceivers QueueOf(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
            _queues.Add(name, queue = new(name));
        return queue;
    }

    private sealed class WaitingReceivers(string name)
    {
        public string Name => name;
        public List<ReceiveJob> Receivers { get; } = [];
        public bool IsTouched { get; set; }
    }
}
