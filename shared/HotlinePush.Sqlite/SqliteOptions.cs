namespace HotlinePush.Sqlite;

/// <summary>Settings of a <see cref="SqliteDatabase"/>; the defaults suit a city.</summary>
public sealed record SqliteOptions
{
    /// <summary>The most pages of 4 KiB the file may grow to; a write beyond fails as on a full disk. 0: no bound.</summary>
    public long MaxPages { get; init; }

    /// <summary>Pages of 4 KiB the log gathers before they are copied into the main file. 16 MiB unless set.</summary>
    public int CheckpointPages { get; init; } = 4096;

    /// <summary>A file up to this many bytes is checked page by page when it is opened; a larger one by its header and schema only.</summary>
    public long CheckedAtOpenBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Called by the writer before each COMMIT, so that a test can hold it up and see who was answered already.</summary>
    internal Action? BeforeCommit { get; init; }
}

/// <summary>The folder cannot be used as it is; the message says why and what to do. Nothing was changed in it.</summary>
public sealed class SqliteFolderException(string message, Exception? inner = null) : Storage.TableStoreException(message, false, inner);
