using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Sqlite;
using HotlinePush.Storage;
using HotlinePush.Web;

namespace HotlinePush.Benchmarks;

/// <summary>
/// The raw limit of intake (design §8): the jobs that tickets were seen to put to the writer, with fresh numbers in keys and ids, written by
/// one bare thread with prepared statements, the product's pragmas and the group size the product reached. As many tickets as there
/// were clients go side by side, each job in its turn. Only writing is timed: the rows are made ready beforehand.
/// </summary>
internal sealed class RawIntake(IReadOnlyList<(string Number, IReadOnlyList<WriteCall> Calls)> seen, int clients, int group) : IDisposable
{
    private const int Ready = 512;

    private long _etag, _message;
    private long _moment = TimeProvider.System.GetUtcNow().UtcTicks;
    private int _ticket;
    private Connection _connection = null!;
    private Statement _begin = null!, _commit = null!, _insert = null!, _replace = null!, _delete = null!, _send = null!, _lock = null!, _settle = null!;

    /// <returns>Tickets a second, and CPU microseconds a ticket.</returns>
    public (double PerSecond, double Cpu) Run(string folder, TimeSpan warm, TimeSpan time)
    {
        SqliteDatabase.Open(folder).Dispose();
        _connection = new(Path.Combine(folder, SqliteDatabase.FileName), readOnly: false);
        foreach (var pragma in new[] { "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 4096" })
            _connection.Execute("PRAGMA " + pragma);
        _begin = _connection.Prepare("BEGIN");
        _commit = _connection.Prepare("COMMIT");
        _insert = _connection.Prepare("INSERT INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _replace = _connection.Prepare("REPLACE INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
        _delete = _connection.Prepare("DELETE FROM rows WHERE tbl = ?1 AND pk = ?2 AND rk = ?3");
        _send = _connection.Prepare("INSERT INTO messages(seq, queue, mid, type, body, sent, due, available, token, deliveries) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, 0)");
        _lock = _connection.Prepare("UPDATE messages SET available = ?2, token = ?3, deliveries = deliveries + 1 WHERE seq = ?1");
        _settle = _connection.Prepare("DELETE FROM messages WHERE seq = ?1 AND token = ?2 AND available > ?3");
        Loop(warm);
        return Loop(time);
    }

    public void Dispose() => _connection?.Dispose();

    private (double PerSecond, double Cpu) Loop(TimeSpan time)
    {
        var watch = new Stopwatch();
        var (tickets, cpu) = (0, TimeSpan.Zero);
        while (watch.Elapsed < time)
        {
            var jobs = Make();
            tickets += Ready;
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            watch.Start();
            for (var i = 0; i < jobs.Count; i++)
            {
                if (i % group == 0)
                    _begin.Run();
                jobs[i]();
                if (i % group == group - 1 || i == jobs.Count - 1)
                    _commit.Run();
            }

            watch.Stop();
            cpu += Process.GetCurrentProcess().TotalProcessorTime - before;
        }

        return (tickets / watch.Elapsed.TotalSeconds, cpu.TotalMicroseconds / tickets);
    }

    /// <summary>The jobs of the next tickets, in the order in which so many clients at once would put them.</summary>
    private List<Action> Make()
    {
        var jobs = new List<Action>();
        foreach (var cohort in Enumerable.Range(0, Ready).Chunk(clients))
        {
            var tickets = cohort.Select(_ => Make(seen[_ticket++ % seen.Count])).ToArray();
            for (var step = 0; tickets.Any(t => step < t.Count); step++)
                jobs.AddRange(tickets.Where(t => step < t.Count).Select(t => t[step]));
        }

        return jobs;
    }

    private List<Action> Make((string Number, IReadOnlyList<WriteCall> Calls) ticket)
    {
        var number = (20_000_000_000_000 + _ticket).ToString("D14");
        var messages = new Dictionary<(string, string), (long Seq, long Until)>();
        string Fresh(string text) => text.Replace(ticket.Number, number, StringComparison.Ordinal);
        return [.. ticket.Calls.Select(call => call switch
        {
            WriteCall.Table table => TableJob(table, number, Fresh),
            WriteCall.Send send => SendJob(send, messages, Fresh),
            WriteCall.Lock locked => LockJob(locked, messages),
            WriteCall.Settle settle => SettleJob(messages[(settle.Queue, settle.Id)]),
            _ => throw new InvalidOperationException(),
        })];
    }

    private Action TableJob(WriteCall.Table call, string number, Func<string, string> fresh)
    {
        var commitId = Guid.NewGuid().ToByteArray();
        var ready = call.Operations.Select(o =>
        {
            var (partition, row) = Place(call.Name, call.Partition, o.Row, number, fresh);
            return (o.Action, Partition: partition, Row: row, o.Value, ETag: ++_etag);
        }).ToArray();
        return () =>
        {
            foreach (var (action, partition, row, value, etag) in ready)
            {
                if (action is BatchAction.Delete or BatchAction.DeleteIf)
                    _delete.Bind(1, call.Name).Bind(2, partition).Bind(3, row).Run();
                else
                    (action == BatchAction.Insert ? _insert : _replace)
                        .Bind(1, call.Name).Bind(2, partition).Bind(3, row).Bind(4, etag).BindBlob(5, commitId).BindBlob(6, value.Span).Run();
            }
        };
    }

    /// <summary>Where the same row of another ticket would lie: keys made of hashes are spread as hashes are.</summary>
    private static (string Partition, string Row) Place(string table, string partition, string row, string number, Func<string, string> fresh)
    {
        if (table == WorkShard.Table)
            return (WorkShard.Of(number).Partition, fresh(row));
        if (table == IdempotencyStore.Table)
            return Hash(row + number) is var key ? (key[..partition.Length], key[..row.Length]) : default;
        const string Person = "person!";
        return (partition.StartsWith(Person, StringComparison.Ordinal) ? Person + Hash(number)[..(partition.Length - Person.Length)] : partition, fresh(row));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private Action SendJob(WriteCall.Send call, Dictionary<(string, string), (long Seq, long Until)> messages, Func<string, string> fresh)
    {
        var ready = call.Messages.Select(m =>
        {
            var seq = ++_message;
            var due = (m.NotBefore?.UtcTicks ?? 0) is var later and > 0 ? later : ++_moment;
            messages[(m.Queue, m.MessageId)] = (seq, due + TimeSpan.TicksPerMinute);
            return (m.Queue, Id: fresh(m.MessageId), m.Type, Body: fresh(m.Body), Seq: seq, Due: due);
        }).ToArray();
        return () =>
        {
            foreach (var (queue, id, type, body, seq, due) in ready)
                _send.Bind(1, seq).Bind(2, queue).Bind(3, id).Bind(4, type).Bind(5, body).Bind(6, due).Bind(7, due).Run();
        };
    }

    private Action LockJob(WriteCall.Lock call, Dictionary<(string, string), (long Seq, long Until)> messages)
    {
        var ready = call.Messages.Select(m => messages[m]).ToArray();
        return () =>
        {
            foreach (var (seq, until) in ready)
                _lock.Bind(1, seq).Bind(2, until).Bind(3, seq).Run();
        };
    }

    private Action SettleJob((long Seq, long Until) message) => () => _settle.Bind(1, message.Seq).Bind(2, message.Seq).Bind(3, message.Until - 1).Run();
}
