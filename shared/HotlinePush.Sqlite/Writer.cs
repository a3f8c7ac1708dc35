using System.Collections.Concurrent;

namespace HotlinePush.Sqlite;

/// <summary>Something to write. All three members are called by the writer thread, the last two after the group's fate is known.</summary>
internal abstract class WriteJob
{
    /// <summary>Inside the transaction. A refusal is kept in the job: an exception fails the whole group.</summary>
    public abstract void Apply(WriteSession session);

    /// <summary>After COMMIT returned.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception failure, bool isTransient);
}

/// <summary>
/// The one writer: a thread that takes every job that waits, applies them in one transaction and answers after its commit.
/// The disk is waited for once per group, so the more callers wait the cheaper each write becomes.
/// </summary>
internal sealed class Writer
{
    /// <summary>Bounds how long the first job of a group waits for the last.</summary>
    private const int MaxGroup = 512;

    /// <summary>Each waits the connection's busy timeout: a machine that stands still for a minute has other troubles.</summary>
    private const int MaxBegins = 12;

    private readonly ConcurrentQueue<WriteJob> _queue = new();
    private readonly SemaphoreSlim _awake = new(0);
    private readonly List<WriteJob> _group = new(MaxGroup);
    private readonly Connection _connection;
    private readonly WriteSession _session;
    private readonly Checkpointer _checkpointer;
    private readonly Action? _beforeCommit;
    private readonly Statement _begin, _commit;
    private readonly Thread _thread;
    private int _asleep;
    private volatile bool _closing;
    private volatile Exception? _failure;

    public Writer(Connection connection, Checkpointer checkpointer, Action? beforeCommit)
    {
        _beforeCommit = beforeCommit;
        _connection = connection;
        _checkpointer = checkpointer;
        // With the lock in hand nothing after it can be refused one.
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _session = new(connection);
        _thread = new(Loop) { Name = "SQLite writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why the writer has stopped for good; null while it works.</summary>
    public Exception? Failure => _failure;

    /// <summary>Transactions committed since the start.</summary>
    public long Groups { get; private set; }

    public void Enqueue(WriteJob job)
    {
        if (_failure is { } failure)
        {
            job.Fail(failure, false);
            return;
        }

        _queue.Enqueue(job);
        // A writer that stops meanwhile may have looked into the queue for the last time.
        if (_failure is not null || _closing)
            FailWaiting();
        Wake();
    }

    /// <summary>Finishes what waits, then ends. Later jobs fail.</summary>
    public void Close()
    {
        _closing = true;
        Wake();
        _thread.Join();
        FailWaiting();
        _session.Bus.Close();
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _asleep, 0) == 1)
            _awake.Release();
    }

    private void Loop()
    {
        while (_failure is null)
        {
            _checkpointer.YieldIfAsked();
            if (_queue.TryDequeue(out var job))
                CommitGroup(job);
            else if (_closing)
                return;
            else
                Sleep();
        }

        _session.Bus.Fail(_failure);
        while (!_closing)
        {
            // Late callers get their answer, and the checkpointer may still be waiting for its turn.
            FailWaiting();
            _checkpointer.YieldIfAsked();
            Sleep();
        }
    }

    /// <summary>The file is not trusted any more: the next group is not begun.</summary>
    public void Stop(Exception error)
    {
        _failure ??= error;
        Wake();
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (!_queue.IsEmpty || _closing || _checkpointer.IsAsking)
        {
            // Whoever came between has taken the flag and released the semaphore already, or sees it taken here.
            if (Interlocked.Exchange(ref _asleep, 0) == 1)
                return;
        }

        _awake.Wait();
    }

    private void CommitGroup(WriteJob? job)
    {
        try
        {
            Begin();
            _session.Begin();
            do
            {
                _group.Add(job!);
                job!.Apply(_session);
            }
            while (_group.Count < MaxGroup && _queue.TryDequeue(out job));
            _session.End();
            _beforeCommit?.Invoke();
            _commit.Run();
        }
        catch (Exception e)
        {
            Abandon(e);
            return;
        }

        Groups++;
        _session.Committed();
        foreach (var done in _group)
            done.Complete();
        _group.Clear();
        _checkpointer.LogGrew(_connection.PagesWritten());
    }

    private void Begin()
    {
        for (var begins = 1; ; begins++)
        {
            try
            {
                _begin.Run();
                return;
            }
            catch (SqliteError e) when (e.IsBusy && begins < MaxBegins)
            {
                // Nobody else writes: the checkpointer or a reader that recovers the log holds it, and waits for a processor.
            }
        }
    }

    /// <summary>Nothing of the group is stored. After a full disk the next group is tried; after anything else the file is not trusted any more.</summary>
    private void Abandon(Exception error)
    {
        var isTransient = error is SqliteError { IsFull: true };
        try
        {
            if (_connection.InTransaction)
                _connection.Execute("ROLLBACK");
        }
        catch (SqliteError e)
        {
            isTransient = false;
            error = new AggregateException(error, e);
        }

        if (!isTransient)
            _failure = error;
        _session.RolledBack(error, isTransient);
        foreach (var failed in _group)
            failed.Fail(error, isTransient);
        _group.Clear();
    }

    private void FailWaiting()
    {
        if (_thread.IsAlive && _failure is null)
            return;
        var failure = _failure ?? new ObjectDisposedException(nameof(SqliteDatabase), "The database is closed.");
        while (_queue.TryDequeue(out var job))
            job.Fail(failure, false);
    }
}
