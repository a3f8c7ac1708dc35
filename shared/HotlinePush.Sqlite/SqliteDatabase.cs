using SQLitePCL;

namespace HotlinePush.Sqlite;

/// <summary>
/// A folder with one SQLite file that holds rows and messages, locked for this process as long as it is open. One writer thread
/// commits what waits together; readers run beside it; the log is copied into the file by a third thread.
/// What is acknowledged is on the disk (<c>synchronous=FULL</c>).
/// </summary>
public sealed class SqliteDatabase : IDisposable, IAsyncDisposable
{
    public const string FileName = "hotline.db";

    private readonly FolderLock _lock;
    private readonly Connection _connection;
    private readonly Checkpointer _checkpointer;
    private int _closed;

    private SqliteDatabase(string folder, SqliteOptions options, FolderLock taken)
    {
        Folder = folder;
        FilePath = Path.Combine(folder, FileName);
        _lock = taken;
        _connection = OpenFile(FilePath, options);
        _checkpointer = new(FilePath, options);
        Writer = new(_connection, _checkpointer, options.BeforeCommit);
        _checkpointer.Start(Writer);
        Readers = new(FilePath);
    }

    public string Folder { get; }

    /// <summary>Why the database takes no more writes (an I/O error, damage); null while it is well. Only a restart of the process ends it.</summary>
    public Exception? Failure => Writer.Failure;

    internal string FilePath { get; }

    internal Writer Writer { get; }

    internal ReaderPool Readers { get; }

    /// <summary>Opens the folder, creating it and the file where they are missing.</summary>
    /// <exception cref="SqliteFolderException">Another process has the folder; the file is damaged, of another program, or of a newer version.</exception>
    public static SqliteDatabase Open(string folder, SqliteOptions? options = null)
    {
        folder = Path.GetFullPath(folder);
        var taken = FolderLock.Take(folder);
        try
        {
            return new(folder, options ?? new(), taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Writes a consistent copy of the database and its files into a new folder, while work goes on.</summary>
    /// <param name="path">A folder that does not exist or is empty.</param>
    /// <exception cref="SqliteFolderException">The folder holds something already, or cannot be written.</exception>
    public Task BackupAsync(string path, CancellationToken ct = default) => Task.Run(() => SqliteBackup.Write(this, path, ct), ct);

    /// <summary>Puts a backup into a folder that no process uses.</summary>
    /// <param name="replace">Allows a folder that holds data; that data is kept beside, under names ending in <c>.before-restore</c>.</param>
    /// <exception cref="SqliteFolderException">The folder is in use or holds data, or the backup is missing or damaged.</exception>
    public static void Restore(string folder, string backupPath, bool replace = false) =>
        SqliteBackup.Restore(Path.GetFullPath(folder), Path.GetFullPath(backupPath), replace);

    /// <summary>Finishes what waits, copies the log into the file and gives the folder free. Receivers that wait get an empty answer.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
            return;
        _checkpointer.Stop();
        Writer.Close();
        Readers.Dispose();
        _checkpointer.Dispose();
        _connection.Dispose();
        _lock.Dispose();
    }

    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    private static Connection OpenFile(string path, SqliteOptions options)
    {
        Connection? connection = null;
        try
        {
            connection = new(path, readOnly: false);
            Prepare(connection, path, options);
            return connection;
        }
        catch (Exception e)
        {
            connection?.Dispose();
            throw e is SqliteError { IsDamage: true } ? Damaged(path, e.Message, e)
                : e is SqliteError ? new SqliteFolderException($"The database {path} cannot be opened: {e.Message}", e)
                : e;
        }
    }

    private static void Prepare(Connection connection, string path, SqliteOptions options)
    {
        var isNew = connection.Scalar("PRAGMA schema_version") == "0";
        if (!isNew)
        {
            if (connection.Scalar("PRAGMA application_id") != Schema.ApplicationId.ToString(System.Globalization.CultureInfo.InvariantCulture))
                throw new SqliteFolderException($"The file {path} is no database of this program.");
            if (int.Parse(connection.Scalar("PRAGMA user_version"), System.Globalization.CultureInfo.InvariantCulture) > Schema.Version)
                throw new SqliteFolderException($"The database {path} was written by a newer version of this program. Start that version.");
            if (new FileInfo(path).Length <= options.CheckedAtOpenBytes && connection.Scalar("PRAGMA quick_check(1)") is var found && found != "ok")
                throw Damaged(path, found, null);
        }

        if (connection.Scalar("PRAGMA journal_mode = WAL") != "wal")
            throw new SqliteFolderException($"The database {path} cannot use a write-ahead log: its file system has no shared memory. Choose a local disk.");
        connection.Execute("PRAGMA synchronous = FULL");
        if (connection.Scalar("PRAGMA synchronous") != "2")
            throw new SqliteFolderException($"The database {path} cannot be set to synchronous=FULL.");
        connection.Execute("PRAGMA wal_autocheckpoint = 0");
        connection.Execute("PRAGMA cache_size = -65536");
        // One connection writes, and a statement that would grow the file past the bound must fail as on a full disk.
        if (options.MaxPages > 0)
            connection.Execute($"PRAGMA max_page_count = {options.MaxPages}");
        if (!isNew)
            return;
        connection.Execute("BEGIN");
        foreach (var statement in Schema.Create.Split(';'))
            connection.Execute(statement);
        connection.Execute($"PRAGMA application_id = {Schema.ApplicationId}");
        connection.Execute($"PRAGMA user_version = {Schema.Version}");
        connection.Execute("COMMIT");
        Disk.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private static SqliteFolderException Damaged(string path, string found, Exception? inner) => new(
        $"The database {path} is damaged ({found}). It was not changed. Put a backup in its place with the restore command, or copy the folder aside and start with an empty one.",
        inner);
}
