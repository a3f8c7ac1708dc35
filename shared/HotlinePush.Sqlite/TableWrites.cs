using System.Globalization;
using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>Batches on the writer thread: every condition is looked at before anything is written, so a refusal leaves nothing to undo.</summary>
internal sealed class TableWrites(Connection connection, WriteSession session)
{
    private readonly Statement _find = connection.Prepare("SELECT etag, cid FROM rows WHERE tbl = ?1 AND pk = ?2 AND rk = ?3");
    private readonly Statement _write = connection.Prepare("REPLACE INTO rows(tbl, pk, rk, etag, cid, value) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    private readonly Statement _delete = connection.Prepare("DELETE FROM rows WHERE tbl = ?1 AND pk = ?2 AND rk = ?3");

    public void Apply(BatchJob job)
    {
        var batch = job.Batch;
        Span<byte> room = stackalloc byte[16];
        var commitId = CommitIdBytes(batch.CommitId, room);
        var conflict = FirstConflict(job, commitId);
        if (job.Recognised is not null)
            return;
        job.Conflict = conflict;
        if (conflict is not null)
            return;

        _write.Bind(1, batch.Table).Bind(2, batch.Partition).BindBlob(5, commitId);
        var deleteBound = false;
        for (var i = 0; i < batch.Operations.Count; i++)
        {
            var operation = batch.Operations[i];
            if (operation.Action is BatchAction.Delete or BatchAction.DeleteIf)
            {
                if (!deleteBound)
                    _delete.Bind(1, batch.Table).Bind(2, batch.Partition);
                deleteBound = true;
                _delete.Bind(3, operation.Row).Run();
                continue;
            }

            var etag = session.Next();
            job.FirstETag ??= etag;
            _write.Bind(3, operation.Row).Bind(4, etag).BindBlob(6, operation.Value.Span).Run();
        }
    }

    private BatchConflict? FirstConflict(BatchJob job, ReadOnlySpan<byte> commitId)
    {
        var batch = job.Batch;
        BatchConflict? conflict = null;
        _find.Bind(1, batch.Table).Bind(2, batch.Partition);
        for (var i = 0; i < batch.Operations.Count; i++)
        {
            var operation = batch.Operations[i];
            if (operation.Action == BatchAction.Delete)
                continue;
            _find.Bind(3, operation.Row);
            ConflictKind? kind = null;
            if (_find.Step())
            {
                var etag = _find.Int64(0);
                if (_find.Blob(1).SequenceEqual(commitId))
                    (job.Recognised ??= new(StringComparer.Ordinal))[operation.Row] = BatchJob.ToETag(etag);
                kind = operation.Action switch
                {
                    BatchAction.Insert => ConflictKind.Exists,
                    BatchAction.Upsert => null,
                    _ => Matches(operation.ETag, etag) ? null : ConflictKind.Changed,
                };
            }
            else if (operation.Action is BatchAction.Replace or BatchAction.DeleteIf)
            {
                kind = ConflictKind.Missing;
            }

            _find.Reset();
            if (kind is { } k)
                conflict ??= new(operation.Row, k);
        }

        return conflict;
    }

    private static bool Matches(ETag given, long stored) =>
        long.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var etag) && etag == stored;

    /// <summary>Commit ids are random GUIDs as a rule: 16 bytes a row instead of 32.</summary>
    private static ReadOnlySpan<byte> CommitIdBytes(string id, Span<byte> room)
    {
        if (!Guid.TryParseExact(id, "N", out var guid))
            return Encoding.UTF8.GetBytes(id);
        guid.TryWriteBytes(room);
        return room;
    }
}
