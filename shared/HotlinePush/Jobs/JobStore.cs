using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Jobs;

/// <summary>A job as it was read, with its version.</summary>
public sealed record StoredJob(Job Job, ETag ETag);

/// <summary>
/// Jobs in the work shards: <c>j!id</c> (how far it is) and <c>j!id!e!n</c> (errors, a chunk per save). Progress, errors and the message
/// that carries the job on are one batch, so after a crash the job neither stops nor counts an error twice.
/// </summary>
public sealed class JobStore(ITableStore store, PendingMessages pending)
{
    private const int MaxIdLength = 64;

    public static string NewId() => Guid.NewGuid().ToString("N");

    /// <returns>False where the id is taken: the job was started already.</returns>
    public async Task<bool> StartAsync(Job job, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        var batch = new Batch(WorkShard.Table, PartitionOf(job.Id)).Insert(Key(job.Id), Encode(job));
        return await CommitAsync(batch, job, messages, ct) is not null;
    }

    public async Task<StoredJob?> ReadAsync(string id, CancellationToken ct)
    {
        if (!IsId(id) || await store.ReadAsync(WorkShard.Table, PartitionOf(id), Key(id), ct) is not { } row)
            return null;
        return new(JsonSerializer.Deserialize<Job>(row.Value.Span, MessageJson.Options)!, row.ETag);
    }

    /// <summary>The kept errors in the order of their rows.</summary>
    public async Task<List<JobError>> ReadErrorsAsync(string id, CancellationToken ct)
    {
        var errors = new List<JobError>();
        await foreach (var row in store.ReadAllAsync(WorkShard.Table, PartitionOf(id), Keys.Under("j", id, "e"), 100, ct))
            errors.AddRange(JsonSerializer.Deserialize<JobError[]>(row.Value.Span, MessageJson.Options)!);
        return errors;
    }

    /// <summary>Notes how far the job is. Save once per some hundred rows, not per row.</summary>
    /// <param name="errors">Of the rows since the last save.</param>
    /// <returns>Null where somebody else carries the same job on.</returns>
    public async Task<StoredJob?> SaveAsync(
        StoredJob before, Job after, IReadOnlyList<JobError> errors, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        var kept = errors.Take(Job.MaxErrors - after.ErrorsKept).ToArray();
        var batch = new Batch(WorkShard.Table, PartitionOf(after.Id));
        if (kept.Length > 0)
            batch.Insert(Keys.Of("j", after.Id, "e", after.ErrorsKept), JsonSerializer.SerializeToUtf8Bytes(kept, MessageJson.Options));
        after = after with { ErrorCount = after.ErrorCount + errors.Count, ErrorsKept = after.ErrorsKept + kept.Length };
        batch.Replace(Key(after.Id), before.ETag, Encode(after));
        return await CommitAsync(batch, after, messages, ct) is { } etag ? new(after, etag) : null;
    }

    private async Task<ETag?> CommitAsync(Batch batch, Job job, IReadOnlyList<PendingMessage> messages, CancellationToken ct)
    {
        var result = await pending.CommitAsync(batch, job.Id, messages, ct);
        return result.Committed ? result.ETags[Key(job.Id)] : null;
    }

    private static bool IsId(string id) => id.Length is > 0 and <= MaxIdLength && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    private static byte[] Encode(Job job) => JsonSerializer.SerializeToUtf8Bytes(job, MessageJson.Options);
    private static string PartitionOf(string id) => WorkShard.Of(id).Partition;
    private static string Key(string id) => Keys.Of("j", id);
}
