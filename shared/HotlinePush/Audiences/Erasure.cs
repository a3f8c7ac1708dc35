using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences;

/// <summary>Proof of an erasure: how many rows of how many versions lost their key. Names nobody.</summary>
public sealed record ErasureProof(string AudienceId, DateTimeOffset At, int Versions, int Rows, int StagedRows);

/// <summary>Deletes people from lists: one on request, all when the time is up. What is left is an audit event that names nobody.</summary>
public sealed class Erasure(AudienceStore audiences, StagedRows staged, AuditLog audit, ProductClock clock)
{
    private const int ExpiredAtOnce = 100;

    /// <summary>Takes a recipient out of every version, frozen ones too: the place stays, empty.</summary>
    /// <returns>Null where nobody of that id was there.</returns>
    public async Task<ErasureProof?> EraseAsync(string audienceId, string recipientId, Actor by, CancellationToken ct)
    {
        if (!await IsThereAsync(audienceId, recipientId, ct))
            return null;
        var (erased, rows) = (new HashSet<int>(), 0);
        // Counted before and after: an import that ran beside it, and may have copied the person, starts over or is seen here.
        while (await audiences.ChangeAsync(audienceId, a => a with { Erasures = a.Erasures + 1 }, ct) is { } audience)
        {
            var lists = audience.Lists().Where(l => !erased.Contains(l.Version)).ToArray();
            if (lists.Length == 0)
                break;
            foreach (var list in lists)
            {
                rows += await EraseAsync(audienceId, list.Version, recipientId, ct);
                erased.Add(list.Version);
            }
        }

        var repairs = await staged.EraseAsync(audienceId, recipientId, ct);
        if (rows + repairs == 0)
            return null;
        var proof = new ErasureProof(audienceId, clock.GetUtcNow(), erased.Count, rows, repairs);
        await audit.AppendAsync(new(proof.At, by, "eraseRecipient", audienceId, $"从 {erased.Count} 个名单版本中删除了一个对象的 {rows} 行，待修正行 {repairs} 行；密钥已销毁。"), ct);
        return proof;
    }

    /// <summary>Asked first: somebody nobody knows changes nothing.</summary>
    private async Task<bool> IsThereAsync(string audienceId, string recipientId, CancellationToken ct)
    {
        if (await audiences.ReadAsync(audienceId, ct) is not { Audience: var audience })
            return false;
        foreach (var list in audience.Lists())
            if (await audiences.FindByIdAsync(audienceId, list.Version, recipientId, ct) is not null)
                return true;
        return (await staged.FindOfAsync(audienceId, recipientId, ct)).Count > 0;
    }

    private async Task<int> EraseAsync(string audienceId, int version, string recipientId, CancellationToken ct)
    {
        if (await audiences.FindByIdAsync(audienceId, version, recipientId, ct) is not var (place, recipient))
            return 0;
        // The id's hash last: cut off in between, the person is found again.
        await ForgetAsync(RecipientIndex.Phone, recipient.Phone);
        await ForgetAsync(RecipientIndex.Email, recipient.Email);
        var gone = await audiences.Pages.EraseAsync(audienceId, version, place, ct);
        await ForgetAsync(RecipientIndex.Id, recipient.Id);
        return gone ? 1 : 0;

        Task ForgetAsync(RecipientIndex index, string? value) =>
            value is null ? Task.CompletedTask : audiences.Indexes.EraseAsync(audienceId, version, index, audiences.Hashes(index, value), place, ct);
    }

    /// <summary>Each day: lists whose time is up go, with all that is staged.</summary>
    /// <returns>How many audiences were emptied.</returns>
    public async Task<int> RetireAsync(CancellationToken ct)
    {
        var today = CityZone.DateOf(clock.GetUtcNow());
        var emptied = 0;
        foreach (var (row, id) in await audiences.ReadExpiredAsync(today.AddDays(-1), ExpiredAtOnce, ct))
        {
            if (await audiences.ReadAsync(id, ct) is { Audience.RetainUntil: { } until } && until < today)
            {
                var gone = 0;
                await audiences.ChangeAsync(id, a =>
                {
                    var lists = a.Frozen.Select(f => f.List).Concat(a.List is null ? [] : [a.List]).DistinctBy(l => l.Version).ToArray();
                    gone = lists.Sum(l => l.Recipients);
                    var after = a with { List = null, Frozen = [], RetainUntil = null };
                    return after with { Leaving = AudienceRules.LeavingAfter(after, lists) };
                }, ct);
                await staged.DeleteAllAsync(id, ct);
                await audit.AppendAsync(new(clock.GetUtcNow(), Actor.System, "retireAudience", id, $"保存期限已到，删除了 {gone} 行对象。"), ct);
                emptied++;
            }

            await audiences.ForgetRetentionAsync(row, ct);
        }

        return emptied;
    }
}
