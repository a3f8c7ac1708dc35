using System.Security.Cryptography;
using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Audiences.Import;

/// <summary>
/// Carries the making of a list on: reads the file into a working file, counts what only the whole list tells (who comes twice, whose phone is shared),
/// writes pages, then indexes, and flips the pointer. Each piece ends in one save of the job; a worker that dies before it repeats the piece and comes
/// upon its own rows. In memory stand a few thousand rows and forty bytes of each of the others.
/// </summary>
public sealed class RecipientImportHandler(
    JobStore jobs, RecipientImport import, AudienceStore audiences, StagedRows staged, ListRemoval removal, IFileStore files, CitySource cities, ProductClock clock, KeyRing keys,
    ILogger<RecipientImportHandler> log)
{
    private const int PagesAtOnce = 4;
    private const int RowsAtOnce = 2_000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private readonly RowReading _reading = new(files, keys);
    private readonly OwnRows _own = new(files, audiences, staged);

    public async Task RunAsync(ImportRecipients message, CancellationToken ct)
    {
        if (await jobs.ReadAsync(message.JobId, ct) is not { } stored || stored.Job.Step != message.Step)
            return;
        var work = ImportWork.Of(stored.Job);
        if (stored.Job.State != JobState.Running)
        {
            await DeleteFilesAsync(stored.Job.Id, work, ct);
            return;
        }

        if (await audiences.ReadAsync(work.AudienceId, ct) is not { Audience: var audience })
        {
            await EndAsync(stored, work, JobState.Failed, [new(1, null, "notFound", "人群已不存在。")], ct);
            return;
        }

        using var key = keys.Unwrap(work.Key!);
        await (work.Phase switch
        {
            ImportPhase.Read => ReadAsync(stored, work, audience, key, ct),
            ImportPhase.Count => CountAsync(stored, work, key, ct),
            ImportPhase.Write => WriteAsync(stored, work, key, ct),
            _ => FinishAsync(stored, work, key, ct),
        });
    }

    private async Task ReadAsync(StoredJob stored, ImportWork work, Audience audience, DataKey key, CancellationToken ct)
    {
        // Of a file the rows follow from what names them, so that another worker may be at it too. From within, one that died may have read others.
        var rowsId = RowsId(stored.Job.Id, work.Source == RowSource.File ? audience.Mapping : null);
        if (work.Source != RowSource.File)
            await files.DeleteAsync(rowsId, ct);
        var reading = work.Source switch
        {
            RowSource.File => await _reading.ReadAsync(work, rowsId, key, audience.Mapping, ct),
            RowSource.Staged => await _own.ReadStagedAsync(work.AudienceId, rowsId, key, ct),
            _ => await _own.ReadQueryAsync(work.Query!, audience, rowsId, key, ct),
        };
        stored = stored with { Job = stored.Job with { IgnoredColumns = reading.Ignored, Notes = [.. reading.Notes.Take(Job.MaxNotes)], Total = reading.Rows } };
        if (reading.Plan is null)
            await EndAsync(stored, work with { Rows = rowsId }, JobState.Failed, reading.Errors, ct);
        else
            await HandOverAsync(stored, stored.Job, work with { Phase = ImportPhase.Count, Rows = rowsId, Plan = reading.Plan, VersionsBefore = audience.LastVersion }, [], ct);
    }

    private async Task CountAsync(StoredJob stored, ImportWork work, DataKey key, CancellationToken ct)
    {
        var version = 0;
        var head = await audiences.ChangeAsync(work.AudienceId, a => a with { LastVersion = version = a.LastVersion + 1 }, ct)
            ?? throw new InvalidOperationException($"Audience {work.AudienceId} has gone.");
        var before = work.CountedVersion == 0 ? null : await RowFacts.ReadAsync(files, FactsId(stored.Job.Id, work.CountedVersion), key, ct);
        work = work with { Version = version, StagedUnder = work.StagedUnder == 0 ? version : work.StagedUnder, Base = work.Options.Replace ? null : head.List, Erasures = head.Erasures };
        var (rules, seen) = (new RecipientRules(work.Plan!, await cities.GetAsync(ct)), new Dictionary<ulong, ulong>());
        var (errors, wrong, baseRows, rowNo) = (new List<JobError>(), 0, 0, 0);
        var idHeader = work.Plan!.Find(RecipientColumns.Id)!.Header;

        await SealedFile.WriteAsync(files, FactsId(stored.Job.Id, version), key, async writer =>
        {
            for (var page = 0; page < (work.Base?.Pages ?? 0); page++)
            {
                var recipients = (await audiences.ReadPageAsync(work.AudienceId, work.Base!.Version, page, ct))?.Recipients.OfType<Recipient>().ToArray() ?? [];
                var facts = Each(recipients.Length, i => (FactOf(recipients[i]), ListHash.Of(recipients[i])), ct);
                foreach (var (fact, values) in facts)
                {
                    baseRows++;
                    seen[fact.Id] = values;
                    fact.Write(writer.Record);
                    await writer.EndRecordAsync();
                }
            }

            using var rows = await SealedReader<SourceRow>.OpenAsync(files, work.Rows ?? RowsId(stored.Job.Id, null), key, RowReading.Read, default, ct);
            for (var batch = await TakeAsync(rows); batch.Count > 0; batch = await TakeAsync(rows))
            {
                var looked = Each(batch.Count, i =>
                {
                    var found = new List<JobError>();
                    var recipient = rules.Read(batch[i], found);
                    return (Fact: recipient is null ? new RowFact(Verdict.Bad, 0, 0, 0, 0) : FactOf(recipient), Values: recipient is null ? 0 : ListHash.Of(recipient), Errors: found);
                }, ct);
                for (var i = 0; i < looked.Length; i++, rowNo++)
                {
                    var (fact, values, found) = looked[i];
                    if (fact.Verdict == Verdict.Kept && !seen.TryAdd(fact.Id, values))
                    {
                        var same = seen[fact.Id] == values;
                        fact = fact with { Verdict = same ? Verdict.Duplicate : Verdict.Conflicting };
                        found.Add(same
                            ? new(batch[i].Row, idHeader, "duplicateRecipient", "编号重复，已有的保留。")
                            : new(batch[i].Row, idHeader, "conflictingRecipient", "编号与已有对象相同而内容不同，未覆盖；请核对。"));
                    }

                    fact.Write(writer.Record);
                    await writer.EndRecordAsync();
                    // Counted a second time, only what has become wrong since is told.
                    if (found.Count == 0 || (before is not null && before[work.CountedBaseRows + rowNo].Verdict != Verdict.Kept))
                        continue;
                    wrong += found.Count;
                    if (stored.Job.ErrorsKept + errors.Count < Job.MaxErrors)
                        errors.AddRange(found);
                }
            }

            async Task<List<SourceRow>> TakeAsync(SealedReader<SourceRow> from)
            {
                var taken = new List<SourceRow>(RowsAtOnce);
                while (taken.Count < RowsAtOnce && await from.NextAsync(ct))
                    taken.Add(from.Current);
                return taken;
            }
        }, ct);

        // The report keeps the first thousand and counts all.
        var job = stored.Job with { ErrorCount = stored.Job.ErrorCount + wrong - errors.Count };
        if (work.Options.Abort && job.ErrorCount + errors.Count > 0)
        {
            await EndAsync(stored with { Job = job with { Done = job.Total } }, work, JobState.Failed, errors, ct);
            return;
        }

        var columns = (work.Base?.Columns.Select(c => c.Name) ?? []).Concat(work.Plan.Columns.Where(c => c.Target is null or "area").Select(c => c.Header)).Distinct(StringComparer.Ordinal);
        await HandOverAsync(stored, job with { Done = 0 }, work with
        {
            Phase = ImportPhase.Write,
            BaseRows = baseRows,
            CountedVersion = version,
            CountedBaseRows = baseRows,
            Next = 0,
            BaseNext = 0,
            At = default,
            Sums = ListSums.Start(columns),
        }, errors, ct);
    }

    private async Task WriteAsync(StoredJob stored, ImportWork work, DataKey key, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        var facts = await RowFacts.ReadAsync(files, FactsId(stored.Job.Id, work.Version), key, ct);
        var rules = new RecipientRules(work.Plan!, await cities.GetAsync(ct));
        using var rows = await SealedReader<SourceRow>.OpenAsync(files, work.Rows ?? RowsId(stored.Job.Id, null), key, RowReading.Read, work.At, ct);
        var source = new RowsToWrite(audiences, work, facts, rows);
        while (true)
        {
            if (await source.TakeAsync(work.Next, work.BaseNext, PagesAtOnce * Place.PageSize, work.Source == RowSource.File ? StagedRows.MaxPerImport - work.Staged : 0, ct)
                is not var (bases, sources, next, baseNext, read))
            {
                await CountAgainAsync(stored, work, ct);
                return;
            }

            var taken = Each<(Recipient? Recipient, byte[] Bytes, SourceRow Row, List<JobError> Errors, Verdict Verdict)>(bases.Count + sources.Count, i =>
            {
                var errors = new List<JobError>();
                var (fact, row) = i < bases.Count ? (bases[i].Fact, default) : sources[i - bases.Count];
                var recipient = i < bases.Count ? bases[i].Recipient : rules.Read(row, errors);
                if (recipient is null || fact.Verdict != Verdict.Kept)
                    return (null, [], row, errors, fact.Verdict);
                recipient = recipient with { SharedPhone = facts.IsShared(fact.Phone) };
                return (recipient, RecipientCodec.Write(recipient), row, errors, fact.Verdict);
            }, ct);
            var good = taken.Where(t => t.Recipient is not null).ToArray();
            var sums = work.Sums!;
            var firstPage = sums.Pages;
            foreach (var page in good.Chunk(Place.PageSize))
                sums = sums.Add([.. page.Select(t => t.Recipient!)], [.. page.Select(t => t.Bytes)]);
            await audiences.Pages.WriteAsync(work.AudienceId, work.Version, firstPage, [.. good.Select(t => t.Bytes)], ct);
            var kept = taken.Where(t => t.Recipient is null).Select(t => Stage(work, t.Row, t.Errors, t.Verdict)).ToArray();
            await staged.WriteAsync(work.AudienceId, kept, ct);

            var job = stored.Job with { Done = stored.Job.Done + read };
            work = work with { Next = next, BaseNext = baseNext, At = rows.Position, Sums = sums, Staged = work.Staged + kept.Length };
            if (next == facts.Count)
            {
                var counts = sums.Counts with
                {
                    Duplicates = Enumerable.Range(0, facts.Count).Count(i => facts[i].Verdict is Verdict.Duplicate or Verdict.Conflicting),
                    SharedPhones = facts.SharedPhones,
                    Households = facts.Households(),
                };
                await HandOverAsync(stored, job, work with { Phase = ImportPhase.Finish, Sums = sums with { Counts = counts } }, [], ct);
                return;
            }

            if (clock.GetElapsedTime(began) > Turn)
            {
                await HandOverAsync(stored, job, work, [], ct);
                return;
            }

            if (await jobs.SaveAsync(stored, job with { Work = work.ToJson() }, [], [], ct) is not { } saved)
                return;
            stored = saved;
        }
    }

    private async Task FinishAsync(StoredJob stored, ImportWork work, DataKey key, CancellationToken ct)
    {
        var facts = await RowFacts.ReadAsync(files, FactsId(stored.Job.Id, work.Version), key, ct);
        await audiences.Indexes.WriteAsync(work.AudienceId, work.Version, RecipientIndex.Id, facts.Entries(f => f.Id), ct);
        await audiences.Indexes.WriteAsync(work.AudienceId, work.Version, RecipientIndex.Phone, facts.Entries(f => f.Phone), ct);
        await audiences.Indexes.WriteAsync(work.AudienceId, work.Version, RecipientIndex.Email, facts.Entries(f => f.Email), ct);
        var sums = work.Sums!;
        // The column of places is one of the list's only where the city did not know some of them.
        var area = work.Plan!.Find("area")?.Header;
        var list = new AudienceList(
            work.Version, sums.Recipients, sums.Pages, sums.Chain, [.. sums.Columns.Where(c => c.Filled > 0 || c.Name != area)], sums.Counts, clock.GetUtcNow());
        var flipped = false;
        await audiences.ChangeAsync(work.AudienceId, audience =>
        {
            if (flipped = audience.Lists().Any(l => l.Version == work.Version))
                return null;
            // A query is of its own source; a list that is replaced depends on none before it.
            var after = audience.Erasures != work.Erasures
                ? null
                : AudienceRules.Flip(audience, list, work.Options.Replace ? audience.List?.Version ?? 0 : work.Base?.Version ?? 0, Note);
            flipped = after is not null;
            return after;
        }, ct);
        if (flipped)
        {
            if (work.Source == RowSource.Staged)
                await _own.ForgetTakenAsync(work.AudienceId, work.Version, ct);
            await EndAsync(stored, work, JobState.Done, [], ct);
            return;
        }

        await CountAgainAsync(stored, work, ct);

        Audience Note(Audience audience) => audience with
        {
            Mapping = work.Source == RowSource.File ? audience.Mapping.SetItems(work.Plan!.Mapping) : audience.Mapping,
            Query = work.Source == RowSource.Query ? work.Query : null,
        };
    }

    /// <summary>Another list came first, or somebody was erased: from the counting again, on what there is now.</summary>
    private async Task CountAgainAsync(StoredJob stored, ImportWork work, CancellationToken ct)
    {
        await removal.DeleteAsync(work.AudienceId, work.Version, work.Sums!.Pages, ct);
        await HandOverAsync(stored, stored.Job with { Done = 0 }, work with { Phase = ImportPhase.Count, Staged = 0 }, [], ct);
    }

    private static StagedRow Stage(ImportWork work, in SourceRow row, List<JobError> errors, Verdict verdict)
    {
        var cells = System.Collections.Immutable.ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < row.Cells.Length; i++)
            if (work.Plan!.Columns[i] is { Target: not RecipientColumns.Dropped } column && row.Cells[i] is { } cell && cell != CellText.Merged)
                cells[column.Target ?? column.Header] = cell;
        if (verdict is Verdict.Duplicate or Verdict.Conflicting)
            errors.Add(new(row.Row, RecipientColumns.Id, verdict == Verdict.Duplicate ? "duplicateRecipient" : "conflictingRecipient", "编号重复，已有的保留。"));
        return new(StagedRows.IdOf(work.StagedUnder, row.Row), work.StagedUnder, row.Row, cells.ToImmutable(), [.. errors]);
    }

    private RowFact FactOf(Recipient recipient) => new(
        Verdict.Kept, audiences.Hash(RecipientIndex.Id, recipient.Id),
        recipient.Phone is { } phone ? audiences.Hash(RecipientIndex.Phone, phone) : 0,
        recipient.Email is { } email ? audiences.Hash(RecipientIndex.Email, email) : 0,
        recipient.Household is { } household ? audiences.Hash(RecipientIndex.Id, household) : 0);

    private static T[] Each<T>(int count, Func<int, T> make, CancellationToken ct)
    {
        var made = new T[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct }, i => made[i] = make(i));
        return made;
    }

    /// <summary>Saves and sends the message that goes on from here.</summary>
    private Task HandOverAsync(StoredJob before, Job job, ImportWork work, IReadOnlyList<JobError> errors, CancellationToken ct)
    {
        job = job with { Step = job.Step + 1, Work = work.ToJson() };
        return jobs.SaveAsync(before, job, errors, [import.Next(job)], ct);
    }

    /// <summary>The message that follows an ended job takes its files away; the key of the working files goes at once.</summary>
    private async Task EndAsync(StoredJob before, ImportWork work, JobState state, IReadOnlyList<JobError> errors, CancellationToken ct)
    {
        work = work with { Key = null, Sums = null };
        var job = before.Job with { State = state, EndedAt = clock.GetUtcNow(), Step = before.Job.Step + 1, Work = work.ToJson() };
        if (await jobs.SaveAsync(before, job, errors, [import.Next(job)], ct) is { Job: var ended })
            log.LogInformation("Import {Job} is {State}: {Done} of {Total} rows, {Errors} errors", ended.Id, ended.State, ended.Done, ended.Total, ended.ErrorCount);
    }

    private async Task DeleteFilesAsync(string jobId, ImportWork work, CancellationToken ct)
    {
        if (work.FileId is not null)
            await files.DeleteAsync(work.FileId, ct);
        await files.DeleteAsync(work.Rows ?? RowsId(jobId, null), ct);
        for (var version = work.VersionsBefore + 1; version <= work.Version; version++)
            await files.DeleteAsync(FactsId(jobId, version), ct);
    }

    /// <param name="mapping">Which columns are which, as kept for the audience; null where the rows have no columns to find.</param>
    private static string RowsId(string jobId, IReadOnlyDictionary<string, string>? mapping) => mapping is not { Count: > 0 }
        ? $"imports/{jobId}-rows"
        : $"imports/{jobId}-rows-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', mapping.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}={m.Value}")))).AsSpan(0, 6))}";

    private static string FactsId(string jobId, int version) => $"imports/{jobId}-facts-{version}";
}
