using System.Collections.Concurrent;
using HotlinePush.Clocks;
using HotlinePush.Inbound.Merged;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;

namespace HotlinePush.Tickets.Import;

/// <summary>
/// Carries an import on: looks at the file, takes its rows slice by slice, teaches the confirmed categories, deletes the file. Each slice ends in one
/// save of the job; a worker that dies before it repeats the slice and finds the tickets it made. After some seconds of work a message to itself
/// lets other jobs have their turn.
/// </summary>
public sealed class ImportHandler(
    JobStore jobs, TicketImport import, IFileStore files, TicketStore tickets, TicketActions actions, CitySource cities, ProductClock clock, KeyRing keys, MergedHotlines hotlines,
    ILogger<ImportHandler> log, RouteIntake? route = null, LearnConfirmed? learn = null)
{
    public static readonly RetryRule Retry = new(10, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    private const int Slice = 200;
    private const int SlicesPerMessage = 100;
    private const int AtOnce = 16;
    private const int LearntAtOnce = 1000;
    private const int Numbers = 1000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    public async Task RunAsync(ImportTickets message, CancellationToken ct)
    {
        if (await jobs.ReadAsync(message.JobId, ct) is not { } stored || stored.Job.Step != message.Step)
            return;
        var work = ImportWork.Of(stored.Job);
        if (stored.Job.State != JobState.Running)
        {
            await files.DeleteAsync(work.FileId, ct);
            return;
        }

        if (work.Phase == ImportPhase.Look)
            await LookAsync(stored, work, ct);
        else
            await GoOnAsync(stored, work, ct);
    }

    private async Task LookAsync(StoredJob stored, ImportWork work, CancellationToken ct)
    {
        string? encoding;
        await using (var bytes = await OpenAsync(work, ct))
            encoding = await TextEncoding.DetectAsync(bytes, ct);
        if (encoding is null)
        {
            await EndAsync(stored, JobState.Failed, [new(1, null, "notCsv", "不是 CSV 文本；请在表格软件中另存为 CSV（UTF-8）后再导入。")], ct);
            return;
        }

        using var file = new CsvRows(await OpenAsync(work, ct), TextEncoding.Of(encoding));
        var columns = new ImportColumns(await file.NextAsync() ? file.Cells : [], merged: work.Hotline is not null);
        stored = stored with { Job = stored.Job with { IgnoredColumns = columns.Ignored } };
        if (columns.Errors.Count > 0)
        {
            await EndAsync(stored, JobState.Failed, columns.Errors, ct);
            return;
        }

        var total = 0;
        while (await file.NextAsync())
            total += file.IsBlank ? 0 : 1;
        await HandOverAsync(stored, stored.Job with { Total = total }, work with { Phase = ImportPhase.Take, Encoding = encoding }, [], ct);
    }

    private async Task GoOnAsync(StoredJob stored, ImportWork work, CancellationToken ct)
    {
        using var file = new CsvRows(await OpenAsync(work, ct), TextEncoding.Of(work.Encoding!));
        await file.NextAsync();
        var city = await cities.GetAsync(ct);
        var hotline = work.Hotline is null ? null : (await hotlines.GetAsync(ct)).Of(work.Hotline);
        if (work.Hotline is not null && hotline is null)
        {
            await EndAsync(stored, JobState.Failed, [new(1, null, "unknownHotline", "归并热线已从列表中删除，导入未完成；重新登记后可再次导入，已导入的不会重复。")], ct);
            return;
        }

        var rules = new ImportRules(new(file.Cells, merged: hotline is not null), city, stored.Job.StartedAt, hotline);
        while (file.Row < work.Next - 1 && await file.NextAsync())
            ct.ThrowIfCancellationRequested();
        if (work.Phase == ImportPhase.Take)
            await TakeAsync(stored, work, file, rules, city, ct);
        else
            await LearnAsync(stored, work, file, rules, ct);
    }

    private async Task TakeAsync(StoredJob stored, ImportWork work, CsvRows file, ImportRules rules, City city, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        for (var slice = 1; ; slice++)
        {
            var (rows, errors, handled, ended) = await ReadAsync(file, rules, Slice);
            var context = new RuleContext(city, clock.GetUtcNow());
            var refused = new ConcurrentBag<JobError>();
            await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (row, token) =>
            {
                if (await TakeAsync(stored.Job, row, context, token) is { } error)
                    refused.Add(error);
            });
            errors = [.. errors.Concat(refused).OrderBy(e => e.Row)];
            var job = stored.Job with { Done = stored.Job.Done + handled };
            work = work with { Next = file.Row + 1 };
            if (ended)
            {
                // Without a teacher there is nothing left to do but the ending.
                // What another house confirmed by its own words teaches nothing about ours.
                if (learn is null || work.Hotline is not null)
                    await EndAsync(stored with { Job = job }, JobState.Done, errors, ct);
                else
                    await HandOverAsync(stored, job, work with { Phase = ImportPhase.Learn, Next = 2 }, errors, ct);
                return;
            }

            if (slice == SlicesPerMessage || clock.GetElapsedTime(began) > Turn)
            {
                await HandOverAsync(stored, job, work, errors, ct);
                return;
            }

            if (await jobs.SaveAsync(stored, job with { Work = work.ToJson() }, errors, [], ct) is not { } saved)
                return;
            stored = saved;
        }
    }

    private static async Task<(List<ImportRow> Rows, List<JobError> Errors, int Handled, bool Ended)> ReadAsync(CsvRows file, ImportRules rules, int max)
    {
        var (rows, errors, handled) = (new List<ImportRow>(), new List<JobError>(), 0);
        while (handled < max)
        {
            if (!await file.NextAsync())
                return (rows, errors, handled, true);
            if (file.IsBlank)
                continue;
            handled++;
            var (row, wrong) = rules.Read(file);
            if (row is not null)
                rows.Add(row);
            errors.AddRange(wrong);
        }

        return (rows, errors, handled, false);
    }

    private async Task<JobError?> TakeAsync(Job job, ImportRow row, RuleContext context, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Numbers; attempt++)
        {
            var number = row.NumberIn(job.Id, attempt, job.StartedAt);
            var intake = row.ToIntake(job.Id, number, keys);
            // What was an emergency when it was received is none now: the alarm is left out.
            var decision = row.Merged switch
            {
                { ClosedAt: { } closedAt } merged => TicketRules.TakeOver(intake, closedAt, merged.Answer, merged.Hotline.UnitId, job.StartedBy, context),
                // Whoever worked on it goes on with it.
                { Hotline: var hotline } => TicketRules.Receive(
                    intake, null, new(hotline.UnitId, [], row.CategoryId, row.AreaId, "hotline:" + hotline.Id, null, null, []), job.StartedBy, context),
                _ => TicketRules.Receive(intake, null, RouteOf(intake, context.City), job.StartedBy, context),
            };
            if (await actions.CreateAsync(decision, ct) is { } result)
                return result.Refusal is { } refusal ? new(row.Row, null, refusal.Code, refusal.Message) : null;
            if (await tickets.ReadAsync(number, ct) is { } taken && row.IsTicketOf(job.Id, taken.Ticket))
                return null;
        }

        throw new InvalidOperationException($"Import {job.Id}: {Numbers} numbers of the day of row {row.Row} are taken.");
    }

    /// <summary>A broken router costs no ticket: a message routes it later.</summary>
    private Route? RouteOf(Intake intake, City city)
    {
        try
        {
            return route?.Invoke(intake, city).Route;
        }
        catch (Exception e)
        {
            log.LogError(e, "Ticket {Number} could not be routed at receipt; a message will", intake.Number);
            return null;
        }
    }

    private async Task LearnAsync(StoredJob stored, ImportWork work, CsvRows file, ImportRules rules, CancellationToken ct)
    {
        var (rows, _, _, ended) = await ReadAsync(file, rules, LearntAtOnce);
        var confirmed = rows.Where(r => r.CategoryId is not null)
            .Select(r => new ConfirmedText(r.IdIn(stored.Job.Id), $"{r.Subject}\n{r.Body}", r.CategoryId!)).ToArray();
        if (confirmed.Length > 0 && learn is not null)
            await learn(confirmed, ct);
        if (ended)
            await EndAsync(stored, JobState.Done, [], ct);
        else
            await HandOverAsync(stored, stored.Job, work with { Next = file.Row + 1 }, [], ct);
    }

    /// <summary>Saves and sends the message that goes on from here.</summary>
    private Task HandOverAsync(StoredJob before, Job job, ImportWork work, IReadOnlyList<JobError> errors, CancellationToken ct)
    {
        job = job with { Step = job.Step + 1, Work = work.ToJson() };
        return jobs.SaveAsync(before, job, errors, [import.Next(job)], ct);
    }

    /// <summary>The message that follows an ended job takes its file away.</summary>
    private async Task EndAsync(StoredJob before, JobState state, IReadOnlyList<JobError> errors, CancellationToken ct)
    {
        var job = before.Job with { State = state, EndedAt = clock.GetUtcNow(), Step = before.Job.Step + 1 };
        if (await jobs.SaveAsync(before, job, errors, [import.Next(job)], ct) is { Job: var ended })
            log.LogInformation("Import {Job} is {State}: {Done} of {Total} rows, {Errors} errors", ended.Id, ended.State, ended.Done, ended.Total, ended.ErrorCount);
    }

    private async Task<Stream> OpenAsync(ImportWork work, CancellationToken ct) =>
        await files.OpenAsync(work.FileId, ct) ?? throw new FileNotFoundException($"The file {work.FileId} of an import under way is gone.");
}
