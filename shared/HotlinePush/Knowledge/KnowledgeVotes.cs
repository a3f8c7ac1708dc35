using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Knowledge;

/// <summary>How many found an article helpful and how many did not.</summary>
public readonly record struct Helpfulness(int Helpful, int Unhelpful)
{
    public static Helpfulness operator +(Helpfulness a, Helpfulness b) => new(a.Helpful + b.Helpful, a.Unhelpful + b.Unhelpful);
}

/// <summary>
/// Votes on articles: partition <c>votes!id!day</c>, a row by the keyed hash of the voter's address, so that voting again changes the vote.
/// A day's tally is counted from its rows, never incremented, and stands in partition <c>tallies</c> as <c>day!id</c>.
/// </summary>
public sealed class KnowledgeVotes(ITableStore store, KeyRing keys, ProductClock clock)
{
    /// <summary>Older votes were about older words.</summary>
    public const int DaysCounted = 180;

    private const string Tallies = "tallies";
    private const int Attempts = 10;

    public async Task VoteAsync(string articleId, string addressKey, bool helpful, CancellationToken ct = default)
    {
        var day = CityZone.DateOf(clock.GetUtcNow());
        var partition = Keys.Of("votes", articleId, day);
        var voter = keys.IndexHash("knowledge-vote", addressKey);
        await store.CommitAsync(new Batch(KnowledgeStore.Table, partition).Upsert(Keys.Of(voter), helpful ? "1"u8.ToArray() : "0"u8.ToArray()), ct);

        var row = Keys.Of(day, articleId);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // Read before counting: whoever counted fewer rows loses the race and counts again.
            var before = await store.ReadAsync(KnowledgeStore.Table, Tallies, row, ct);
            var tally = JsonSerializer.SerializeToUtf8Bytes(await CountAsync(partition, ct), MessageJson.Options);
            var batch = new Batch(KnowledgeStore.Table, Tallies);
            if (before is null)
                batch.Insert(row, tally);
            else
                batch.Replace(row, before.ETag, tally);
            if ((await store.CommitAsync(batch, ct)).Committed)
                return;
        }
    }

    /// <summary>Each article's votes of the last <see cref="DaysCounted"/> days.</summary>
    public async Task<IReadOnlyDictionary<string, Helpfulness>> ReadAsync(CancellationToken ct = default)
    {
        var today = CityZone.DateOf(clock.GetUtcNow());
        var range = new KeyRange(Keys.Of(today.AddDays(-DaysCounted)), Keys.Of(today.AddDays(1)));
        var votes = new Dictionary<string, Helpfulness>(StringComparer.Ordinal);
        await foreach (var row in store.ReadAllAsync(KnowledgeStore.Table, Tallies, range, ct: ct))
        {
            var id = Keys.Split(row.Key)[1];
            votes[id] = votes.GetValueOrDefault(id) + JsonSerializer.Deserialize<Helpfulness>(row.Value.Span, MessageJson.Options);
        }
        return votes;
    }

    private async Task<Helpfulness> CountAsync(string partition, CancellationToken ct)
    {
        var (helpful, all) = (0, 0);
        await foreach (var row in store.ReadAllAsync(KnowledgeStore.Table, partition, new("!", "~"), ct: ct))
        {
            all++;
            helpful += row.Value.Span.SequenceEqual("1"u8) ? 1 : 0;
        }
        return new(helpful, all - helpful);
    }
}
