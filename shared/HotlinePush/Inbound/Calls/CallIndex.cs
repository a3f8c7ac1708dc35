using HotlinePush.Clocks;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.Calls;

/// <summary>A row of a list of calls: a pure function of the call or of the caller it is about.</summary>
public readonly record struct CallRow(string Partition, string Row);

/// <summary>The lists of calls and of callers to be called back. Rows hold nothing but their key; what is shown is read from the head.</summary>
public static class CallIndex
{
    public const string Table = "calls";

    /// <summary>Calls that ring or are being talked on: by agent, and those that ring at nobody yet.</summary>
    public static readonly string Live = Keys.Of("live");

    /// <summary>Callers to be called back, urgent ones first, then longest waiting; and those that were.</summary>
    public static readonly string Callbacks = Keys.Of("callbacks");

    /// <summary>The calls first heard of on a day (Asia/Shanghai), newest first.</summary>
    public static string Day(DateOnly day) => Keys.Of("day", day);

    /// <summary>Callers who were last spoken to on that day and never missed: kept for reports that come late, and to be forgotten.</summary>
    public static string Spoken(DateOnly day) => Keys.Of("spoken", day);

    public static KeyRange OfAgent(string agent) => Keys.Under("agent", agent);
    public static KeyRange OfNobody => Keys.Under("waiting");
    public static KeyRange OpenCallbacks => Keys.Under("open");
    public static KeyRange DoneCallbacks => Keys.Under("done");

    public static string IdOf(string row) => Keys.Split(row)[^1];

    public static List<CallRow> KeysOf(Call call)
    {
        var keys = new List<CallRow>(2) { new(Day(CityZone.DateOf(call.HeardAt)), Keys.Of(KeyPart.Descending(call.HeardAt), call.Id)) };
        if (call.IsLive)
            keys.Add(new(Live, call.Agent is { } agent ? Keys.Of("agent", agent, call.BeganAt, call.Id) : Keys.Of("waiting", call.BeganAt, call.Id)));
        return keys;
    }

    public static List<CallRow> KeysOf(MissedCaller caller) => caller switch
    {
        { Missed: [var first, ..] } => [new(Callbacks, Keys.Of("open", caller.Urgent ? 0 : 1, first.At, caller.Hash))],
        { Settled: { } settled } => [new(Callbacks, Keys.Of("done", KeyPart.Descending(settled.At), caller.Hash))],
        { SpokenAt: { } spoken } => [new(Spoken(CityZone.DateOf(spoken)), Keys.Of(caller.Hash))],
        _ => [],
    };

    /// <summary>Writes the rows that are wanted, then takes those away that were.</summary>
    public static async Task SyncAsync(ITableStore store, IReadOnlyList<CallRow> wanted, IEnumerable<CallRow> former, CancellationToken ct)
    {
        foreach (var rows in wanted.Concat(former).Distinct().GroupBy(r => r.Partition))
        {
            var batch = new Batch(Table, rows.Key);
            foreach (var row in rows)
                _ = wanted.Contains(row) ? batch.Upsert(row.Row, Empty) : batch.Delete(row.Row);
            await store.CommitAsync(batch, ct);
        }
    }

    private static readonly byte[] Empty = "{}"u8.ToArray();
}
