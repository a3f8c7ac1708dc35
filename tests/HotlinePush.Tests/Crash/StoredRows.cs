using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace HotlinePush.Tests.Crash;

/// <summary>Every key of a store, and what its bus still holds: what the ports do not show, because the product must not need it.</summary>
internal sealed record StoredRows(IReadOnlyList<(string Table, string Partition, string Row)> Keys, IReadOnlyList<(string Queue, string MessageId)> Dead)
{
    public IEnumerable<(string Partition, string Row)> Of(string table) => Keys.Where(k => k.Table == table).Select(k => (k.Partition, k.Row));

    public static StoredRows Of(SqliteDatabase database)
    {
        using var connection = new Connection(database.FilePath, readOnly: true);
        return new(
            Read(connection, "SELECT tbl, pk, rk FROM rows", s => (s.Text(0), s.Text(1), s.Text(2))),
            Read(connection, "SELECT queue, mid FROM dead", s => (s.Text(0), s.Text(1))));
    }

    private static List<T> Read<T>(Connection connection, string sql, Func<Statement, T> row)
    {
        using var statement = new Statement(connection, sql);
        var rows = new List<T>();
        while (statement.Step())
            rows.Add(row(statement));
        return rows;
    }
}
