using SQLitePCL;

namespace HotlinePush.Sqlite;

/// <summary>
/// Copies the log into the main file on a thread of its own. The bulk is copied while the writer goes on; only for the last
/// few pages the writer stands still between two groups, so that the log starts again from its beginning and stays bounded
/// under an endless load. It keeps its length on disk: overwriting is cheaper to sync than growing.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>A log this much longer than usual (a backup was reading) gives its space back.</summary>
    private const int TruncateFactor = 8;

    private readonly Connection _connection;
    private readonly int _threshold;
    private readonly SemaphoreSlim _work = new(0), _granted = new(0), _released = new(0);
    private readonly Thread _thread;
    private Writer? _writer;
    private int _pagesAtLast;
    private volatile bool _asking, _busy, _closing;

    public Checkpointer(string path, SqliteOptions options)
    {
        _threshold = options.CheckpointPages;
        _connection = new(path, readOnly: false);
        _connection.Execute("PRAGMA wal_autocheckpoint = 0");
        _connection.Execute("PRAGMA synchronous = FULL");
        // How long a reader may hold up the writer's fresh start; its pages are short, so this is never reached but by a backup.
        raw.sqlite3_busy_timeout(_connection.Handle, 100);
        _thread = new(Loop) { Name = "SQLite checkpointer", IsBackground = true };
    }

    public bool IsAsking => _asking;

    public void Start(Writer writer)
    {
        _writer = writer;
        _thread.Start();
    }

    /// <summary>Called by the writer after each commit.</summary>
    public void LogGrew(int pagesWritten)
    {
        if (_busy || unchecked(pagesWritten - _pagesAtLast) < _threshold)
            return;
        _pagesAtLast = pagesWritten;
        _busy = true;
        _work.Release();
    }

    /// <summary>Called by the writer between groups: stands still while the checkpointer asks for it.</summary>
    public void YieldIfAsked()
    {
        if (!_asking)
            return;
        _granted.Release();
        _released.Wait();
    }

    private void Loop()
    {
        while (true)
        {
            _work.Wait();
            if (_closing)
                return;
            try
            {
                Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
                var logPages = Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
                _asking = true;
                _writer!.Wake();
                _granted.Wait();
                Checkpoint(logPages > _threshold * TruncateFactor ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_RESTART);
            }
            catch (SqliteError e) when (e.IsFull)
            {
                // The log still holds everything; the next round tries again.
            }
            catch (SqliteError e)
            {
                // After a failed sync the system may hold pages for written that are not. The log is whole: a restart recovers from it.
                _writer!.Stop(e);
            }
            finally
            {
                if (_asking)
                {
                    _asking = false;
                    _released.Release();
                }

                _busy = false;
            }
        }
    }

    private int Checkpoint(int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", mode, out var logPages, out _);
        // Busy: a long reader holds the log's beginning, or it is done in part. The next round goes on from there.
        return (code & 0xff) is raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED ? logPages : throw _connection.Error(code);
    }

    /// <summary>Waits for a round under way; the writer must still be able to yield. </summary>
    public void Stop()
    {
        _closing = true;
        _work.Release();
        _thread.Join();
    }

    public void Dispose() => _connection.Dispose();
}
