namespace HotlinePush.Sqlite;

/// <summary>What jobs write with, on the writer thread only: the two writers and the one counter.</summary>
internal sealed class WriteSession
{
    /// <summary>Numbers are set aside in blocks: one row is written per block, and a restart skips what was left of it.</summary>
    private const long Block = 1_000_000;
    private const long LowWater = 200_000;

    private readonly Statement _reserve;
    private long _last, _reserved, _reserving;

    public WriteSession(Connection connection)
    {
        _reserve = connection.Prepare("INSERT INTO meta(name, value) VALUES('counter', ?1) ON CONFLICT DO UPDATE SET value = ?1");
        var counter = connection.Scalar("SELECT value FROM meta WHERE name = 'counter'");
        _last = _reserved = counter.Length == 0 ? 0 : long.Parse(counter, System.Globalization.CultureInfo.InvariantCulture);
        Tables = new(connection, this);
        Bus = new(connection, this);
    }

    public TableWrites Tables { get; }

    public BusWrites Bus { get; }

    /// <summary>The next of the numbers that are never used twice in this file: ETags, message sequence, lock tokens.</summary>
    public long Next() => ++_last;

    public void Begin()
    {
        if (_reserved - _last > LowWater)
            return;
        _reserving = _last + Block;
        _reserve.Bind(1, _reserving).Run();
    }

    /// <summary>Last in the transaction: messages just written go to those already waiting for them, in the same commit.</summary>
    public void End() => Bus.ServeWaiting();

    public void Committed()
    {
        _reserved = Math.Max(_reserved, _reserving);
        Bus.Committed();
    }

    public void RolledBack(Exception error, bool isTransient)
    {
        _reserving = 0;
        Bus.RolledBack(error, isTransient);
    }
}
