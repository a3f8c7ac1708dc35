using System.Buffers;
using System.Text;
using SQLitePCL;

namespace HotlinePush.Sqlite;

/// <summary>SQLite answered with an error code.</summary>
internal sealed class SqliteError(int code, string message) : IOException($"SQLite error {code}: {message}")
{
    /// <summary>The primary result code, such as <c>SQLITE_FULL</c>.</summary>
    public int Code { get; } = code & 0xff;

    public bool IsFull => Code == raw.SQLITE_FULL;

    /// <summary>Somebody held a lock longer than the connection waits for one: nothing is wrong, the thread that has it was not let run.</summary>
    public bool IsBusy => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    /// <summary>What the file says can no longer be relied on.</summary>
    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}

/// <summary>One connection, used by one thread at a time, spoken to without ADO.NET: the writer spends its time in SQLite, not above it.</summary>
internal sealed class Connection : IDisposable
{
    private readonly List<Statement> _statements = [];

    static Connection() => Batteries_V2.Init();

    public Connection(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        Handle = handle;
        if (code != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(handle).utf8_to_string();
            raw.sqlite3_close_v2(handle);
            throw new SqliteError(code, message);
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, 5000);
        // Else SQLite looks at the value bound to a LIMIT and prepares the statement anew each time it is bound.
        raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_ENABLE_QPSG, 1, out _);
    }

    public sqlite3 Handle { get; }

    public Statement Prepare(string sql)
    {
        var statement = new Statement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql)
    {
        using var statement = new Statement(this, sql);
        while (statement.Step())
        {
        }
    }

    public string Scalar(string sql)
    {
        using var statement = new Statement(this, sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Pages this connection has written since it was opened: the growth of the log.</summary>
    public int PagesWritten()
    {
        raw.sqlite3_db_status(Handle, 9 /* SQLITE_DBSTATUS_CACHE_WRITE */, out var pages, out _, 0);
        return pages;
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    public int Changes => raw.sqlite3_changes(Handle);

    public SqliteError Error(int code) => new(code, raw.sqlite3_errmsg(Handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        raw.sqlite3_close_v2(Handle);
    }
}

/// <summary>A prepared statement. Bindings outlive <see cref="Reset"/>: what a batch shares is bound once.</summary>
internal sealed class Statement : IDisposable
{
    private readonly Connection _connection;
    private readonly sqlite3_stmt _handle;

    public Statement(Connection connection, string sql)
    {
        _connection = connection;
        var code = raw.sqlite3_prepare_v3(connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out _handle);
        if (code != raw.SQLITE_OK)
            throw connection.Error(code);
    }

    public Statement Bind(int index, long value)
    {
        raw.sqlite3_bind_int64(_handle, index, value);
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> value)
    {
        var code = raw.sqlite3_bind_blob(_handle, index, value);
        return code == raw.SQLITE_OK ? this : throw _connection.Error(code);
    }

    public Statement Bind(int index, string text)
    {
        const int OnStack = 1024;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var buffer = most <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(most);
        var length = Encoding.UTF8.GetBytes(text, buffer);
        var code = raw.sqlite3_bind_text(_handle, index, buffer[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return code == raw.SQLITE_OK ? this : throw _connection.Error(code);
    }

    /// <summary>True: there is a row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
            return false;
        var error = _connection.Error(code);
        raw.sqlite3_reset(_handle);
        throw error;
    }

    public void Run()
    {
        Step();
        raw.sqlite3_reset(_handle);
    }

    public void Reset() => raw.sqlite3_reset(_handle);

    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string() ?? "";

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_handle, column);

    public void Dispose() => raw.sqlite3_finalize(_handle);
}
