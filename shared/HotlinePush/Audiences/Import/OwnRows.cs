using System.Collections.Immutable;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences.Import;

/// <summary>Rows that come from within: repaired ones of the same audience, recipients of another that meet a query.</summary>
internal sealed class OwnRows(IFileStore files, AudienceStore audiences, StagedRows staged)
{
    private const int StagedAtOnce = 500;

    public async Task<Reading> ReadStagedAsync(string audienceId, string rowsId, DataKey key, CancellationToken ct)
    {
        var repaired = new List<StagedRow>();
        await foreach (var row in RepairedAsync(audienceId, ct))
            repaired.Add(row);
        if (repaired.Count == 0)
            return Reading.Failed(new JobError(1, null, "nothingRepaired", "没有已修正的行。"));
        var further = repaired.SelectMany(r => r.Cells.Keys).Where(c => !RecipientColumns.Targets.Contains(c)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var plan = PlanOf(further);
        await SealedFile.WriteAsync(files, rowsId, key, async writer =>
        {
            foreach (var row in repaired)
            {
                RowReading.Write(writer.Record, ToSource(row, plan));
                await writer.EndRecordAsync();
            }
        }, ct);
        return new(plan, repaired.Count, [], [], []);
    }

    public static SourceRow ToSource(StagedRow row, ColumnPlan plan) =>
        new(row.Row, RowMarks.None, [.. plan.Columns.Select(c => row.Cells.GetValueOrDefault(c.Target ?? c.Header))]);

    /// <summary>All our columns, then the further ones; named as we name them.</summary>
    public static ColumnPlan PlanOf(IEnumerable<string> further)
    {
        var columns = RecipientColumns.Targets.Select(t => (Name: t, Target: (string?)t)).Concat(further.Select(f => (Name: f, Target: (string?)null)))
            .Select((c, i) => new PlannedColumn(i, c.Name, c.Target)).ToImmutableArray();
        return new(1, columns.Length, columns, null);
    }

    /// <summary>Repaired rows that stand in the new list are done with.</summary>
    public async Task ForgetTakenAsync(string audienceId, int version, CancellationToken ct)
    {
        var taken = new List<string>();
        await foreach (var row in RepairedAsync(audienceId, ct))
            if (CellText.Clean(row.Cells.GetValueOrDefault(RecipientColumns.Id)) is { } id
                && await audiences.FindByIdAsync(audienceId, version, id, ct) is var (_, recipient)
                && recipient.Name == CellText.Clean(row.Cells.GetValueOrDefault("name")))
                taken.Add(row.Id);
        await staged.DeleteAsync(audienceId, taken, ct);
    }

    public async Task<Reading> ReadQueryAsync(SavedQuery query, Audience target, string rowsId, DataKey key, CancellationToken ct)
    {
        if (await audiences.ReadAsync(query.Source, ct) is not { Audience: { List: { } list } source } || source.UnitId != target.UnitId)
            return Reading.Failed(new JobError(1, null, "notFound", "来源人群没有名单。"));
        var (rows, row) = (0, 1);
        var plan = PlanOf(list.Columns.Select(c => c.Name).Where(n => !RecipientColumns.Targets.Contains(n)));
        await SealedFile.WriteAsync(files, rowsId, key, async writer =>
        {
            for (var page = 0; page < list.Pages; page++)
                foreach (var recipient in (await audiences.ReadPageAsync(query.Source, list.Version, page, ct))?.Recipients ?? [])
                {
                    row++;
                    if (recipient is null || !QueryRules.Meets(recipient, query.Where))
                        continue;
                    rows++;
                    RowReading.Write(writer.Record, new(row, RowMarks.None, [.. plan.Columns.Select(c => Value(recipient, c))]));
                    await writer.EndRecordAsync();
                }
        }, ct);
        return new(plan, rows, [], [], []);
    }

    private static string? Value(Recipient r, PlannedColumn column) => column.Target switch
    {
        RecipientColumns.Id => r.Id,
        "name" => r.Name,
        "phone" => r.Phone,
        "email" => r.Email,
        "openid" => r.OpenId,
        "address" => r.Address,
        "area" => r.AreaId,
        "household" => r.Household,
        _ => r.Fields.GetValueOrDefault(column.Header),
    };

    private async IAsyncEnumerable<StagedRow> RepairedAsync(string audienceId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        string? after = null;
        do
        {
            (var rows, after) = await staged.ReadAsync(audienceId, after, StagedAtOnce, ct);
            foreach (var row in rows.Where(r => r.Repaired))
                yield return row;
        }
        while (after is not null);
    }
}
