using System.Globalization;
using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>A batch on its way through the writer. The answer is put together on the caller's thread, not the writer's.</summary>
internal sealed class BatchJob(Batch batch) : WriteJob
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Batch Batch { get; } = batch;

    public Task Done => _done.Task;

    public BatchConflict? Conflict { get; set; }

    /// <summary>The rows that bear this commit's id already: it is a batch sent again.</summary>
    public Dictionary<string, ETag>? Recognised { get; set; }

    public long? FirstETag { get; set; }

    public override void Apply(WriteSession session) => session.Tables.Apply(this);

    public override void Complete() => _done.SetResult();

    public override void Fail(Exception failure, bool isTransient) => _done.SetException(SqliteFailure.ForTables(failure, isTransient));

    public CommitResult ToResult()
    {
        if (Recognised is not null)
            return new(Recognised, null);
        if (Conflict is { } conflict)
            return CommitResult.Refused(conflict.Row, conflict.Kind);
        var etags = new Dictionary<string, ETag>(Batch.Operations.Count, StringComparer.Ordinal);
        var etag = FirstETag ?? 0;
        foreach (var operation in Batch.Operations)
        {
            if (operation.Action is not (BatchAction.Delete or BatchAction.DeleteIf))
                etags.Add(operation.Row, ToETag(etag++));
        }

        return new(etags, null);
    }

    public static ETag ToETag(long number) => new(number.ToString(CultureInfo.InvariantCulture));
}
