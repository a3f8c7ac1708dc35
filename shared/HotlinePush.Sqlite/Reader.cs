using System.Collections.Concurrent;
using System.Globalization;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>A read-only connection with its statements. Every read is one statement, so one short transaction that never outlives a page.</summary>
internal sealed class Reader : IDisposable
{
    /// <summary>A page ends early here: the memory of a read is bounded whatever the rows hold.</summary>
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private readonly Connection _connection;
    private readonly Statement _one, _range, _dead, _ready, _later, _deadCount;

    public Reader(string path)
    {
        _connection = new(path, readOnly: true);
        _one = _connection.Prepare("SELECT etag, value FROM rows WHERE tbl = ?1 AND pk = ?2 AND rk = ?3");
        _range = _connection.Prepare("SELECT rk, etag, value FROM rows WHERE tbl = ?1 AND pk = ?2 AND rk >= ?3 AND rk < ?4 ORDER BY rk LIMIT ?5");
        _dead = _connection.Prepare("SELECT id, queue, mid, type, body, reason, deliveries, dead_at FROM dead WHERE id > ?1 ORDER BY id LIMIT ?2");
        _ready = _connection.Prepare("SELECT COUNT(*), (SELECT due FROM messages WHERE queue = ?1 AND available <= ?2 ORDER BY available, seq LIMIT 1) FROM messages WHERE queue = ?1 AND available <= ?2");
        _later = _connection.Prepare("SELECT COUNT(*), COALESCE(SUM(token <> 0), 0) FROM messages WHERE queue = ?1 AND available > ?2");
        _deadCount = _connection.Prepare("SELECT COUNT(*) FROM dead WHERE queue = ?1");
    }

    public Row? One(string table, string partition, string row)
    {
        try
        {
            return _one.Bind(1, table).Bind(2, partition).Bind(3, row).Step()
                ? new(row, BatchJob.ToETag(_one.Int64(0)), _one.Blob(1).ToArray())
                : null;
        }
        finally
        {
            _one.Reset();
        }
    }

    public RowPage Range(string table, string partition, KeyRange range, int limit, string? continuation)
    {
        var rows = new List<Row>(Math.Min(limit, 128));
        var bytes = 0;
        // The least key above the last one read is that key and a NUL.
        var from = continuation is null ? range.From : continuation + '\0';
        _range.Bind(1, table).Bind(2, partition).Bind(3, from).Bind(4, range.To).Bind(5, limit + 1);
        try
        {
            while (_range.Step())
            {
                if (rows.Count == limit || bytes >= MaxPageBytes)
                    return new(rows, rows[^1].Key);
                var value = _range.Blob(2).ToArray();
                bytes += value.Length;
                rows.Add(new(_range.Text(0), BatchJob.ToETag(_range.Int64(1)), value));
            }

            return new(rows, null);
        }
        finally
        {
            _range.Reset();
        }
    }

    public IReadOnlyList<DeadLetter> DeadLetters(int limit, long after)
    {
        var letters = new List<DeadLetter>();
        _dead.Bind(1, after).Bind(2, limit);
        try
        {
            while (_dead.Step())
            {
                letters.Add(new(
                    _dead.Int64(0).ToString(CultureInfo.InvariantCulture), _dead.Text(1), _dead.Text(2), _dead.Text(3), _dead.Text(4),
                    _dead.Text(5), (int)_dead.Int64(6), new(_dead.Int64(7), TimeSpan.Zero)));
            }

            return letters;
        }
        finally
        {
            _dead.Reset();
        }
    }

    public QueueDepth Depth(string queue, long now)
    {
        try
        {
            _ready.Bind(1, queue).Bind(2, now).Step();
            _later.Bind(1, queue).Bind(2, now).Step();
            _deadCount.Bind(1, queue).Step();
            var locked = _later.Int64(1);
            return new(
                _ready.Int64(0), locked, _later.Int64(0) - locked, _deadCount.Int64(0),
                _ready.IsNull(1) ? null : new DateTimeOffset(_ready.Int64(1), TimeSpan.Zero));
        }
        finally
        {
            _ready.Reset();
            _later.Reset();
            _deadCount.Reset();
        }
    }

    public void Dispose() => _connection.Dispose();
}

/// <summary>Readers at rest. There are as many as threads ever read at once, up to a bound; more are opened for the moment.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private const int MaxAtRest = 32;

    /// <summary>Each waits the connection's busy timeout.</summary>
    private const int MaxTries = 6;

    private readonly ConcurrentStack<Reader> _atRest = new();
    private volatile bool _closed;

    public T Read<T>(Func<Reader, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(SqliteDatabase));
        if (!_atRest.TryPop(out var reader))
            reader = new(path);
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    return read(reader);
                }
                catch (SqliteError e) when (e.IsBusy && tries < MaxTries)
                {
                    // A page is one statement: it can be read again.
                }
            }
        }
        finally
        {
            if (_closed || _atRest.Count >= MaxAtRest)
                reader.Dispose();
            else
                _atRest.Push(reader);
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_atRest.TryPop(out var reader))
            reader.Dispose();
    }
}
