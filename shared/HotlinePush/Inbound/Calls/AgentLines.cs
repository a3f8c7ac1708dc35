using System.Text;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Storage;

namespace HotlinePush.Inbound.Calls;

/// <summary>Which calls are whose: an agent is known to the telephone system by user name, or by the extension they work at today.</summary>
public sealed class AgentLines(ITableStore store, AccountStore accounts)
{
    private static readonly string Partition = Keys.Of("lines");

    public async Task<string?> ReadAsync(Actor actor, CancellationToken ct) =>
        await store.ReadAsync(CallIndex.Table, Partition, RowOf(actor), ct) is { } row ? Encoding.UTF8.GetString(row.Value.Span) : null;

    /// <param name="line">Null or blank: at none.</param>
    public Task SetAsync(Actor actor, string? line, CancellationToken ct)
    {
        var batch = new Batch(CallIndex.Table, Partition);
        return store.CommitAsync(Agents.Normal(line) is { } normal ? batch.Upsert(RowOf(actor), Encoding.UTF8.GetBytes(normal)) : batch.Delete(RowOf(actor)), ct);
    }

    /// <summary>The names under which calls ring at this person.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(Actor actor, CancellationToken ct)
    {
        var account = AccountStore.IsId(actor.Id) ? await accounts.LiveAsync(actor.Id, ct) : null;
        return [.. new[] { Agents.Normal(account?.UserName), await ReadAsync(actor, ct) }.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static string RowOf(Actor actor) => Keys.Of(actor.Id);
}
