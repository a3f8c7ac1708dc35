namespace HotlinePush.Sqlite;

internal static class Schema
{
    /// <summary>"HOTL": tells our files from others.</summary>
    public const int ApplicationId = 0x484F544C;
    public const int Version = 1;

    /// <remarks>
    /// Rows are stored in the order of their keys, without a second tree: a range read is one walk, an insert one page.
    /// <c>available</c> is when a message may be handed out next: its due time, or the end of its lock. <c>token</c> 0 is unlocked.
    /// </remarks>
    public const string Create = """
        CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS rows(
            tbl TEXT NOT NULL, pk TEXT NOT NULL, rk TEXT NOT NULL, etag INTEGER NOT NULL, cid BLOB NOT NULL, value BLOB,
            PRIMARY KEY(tbl, pk, rk)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS messages(
            seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, mid TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
            sent INTEGER NOT NULL, due INTEGER NOT NULL, available INTEGER NOT NULL, token INTEGER NOT NULL, deliveries INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS messages_by_time ON messages(queue, available, seq, token);
        CREATE TABLE IF NOT EXISTS dead(
            id INTEGER PRIMARY KEY, queue TEXT NOT NULL, mid TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
            reason TEXT NOT NULL, deliveries INTEGER NOT NULL, dead_at INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS dead_by_queue ON dead(queue)
        """;
}
