using System.Collections.Immutable;
using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences.Import;

/// <summary>Carry an import on. A message whose step is not the job's is a repeat.</summary>
public sealed record ImportRecipients(string JobId, int Step);

/// <summary>How a file is to be read.</summary>
/// <param name="Abort">One bad row, and nothing is kept.</param>
/// <param name="Replace">The file is the whole list; else its rows are added to the list there is.</param>
/// <param name="Sheet">Name, or number from 1.</param>
/// <param name="Header">Row of the headers as the spreadsheet shows it; null: found by their names.</param>
/// <param name="Map">Our columns to the file's headers, or <c>#</c> and the number of the column.</param>
/// <param name="HashColumn">Ids become keyed hashes of this column of ID numbers.</param>
public sealed record ImportOptions(bool Abort = false, bool Replace = false, string? Sheet = null, int? Header = null, bool FillMerged = false, string? HashColumn = null)
{
    public ImmutableSortedDictionary<string, string> Map { get; init; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
}

internal enum ImportPhase { Read, Count, Write, Finish }

/// <summary>What rows come from: a file, the repaired rows of the audience, or another audience.</summary>
internal enum RowSource { File, Staged, Query }

/// <param name="Key">Of the working files; it goes when the job has ended.</param>
/// <param name="StagedUnder">The version under which bad rows are staged: the first one of this job.</param>
/// <param name="Base">The list that rows are added to.</param>
/// <param name="BaseRows">Its recipients, less the erased.</param>
/// <param name="Next">Rows written through, those of the base first.</param>
/// <param name="BaseNext">Place of the base to go on with.</param>
internal sealed record ImportWork(string AudienceId, RowSource Source, string? FileId, ImportOptions Options, WrappedKey? Key)
{
    public ImportPhase Phase { get; init; }
    public SavedQuery? Query { get; init; }
    public ColumnPlan? Plan { get; init; }

    /// <summary>The working file of the rows; null in a job begun before it had a name of its own.</summary>
    public string? Rows { get; init; }

    public int Version { get; init; }

    /// <summary>The audience's highest version before this job began any.</summary>
    public int VersionsBefore { get; init; }

    public int StagedUnder { get; init; }
    public int Staged { get; init; }
    public AudienceList? Base { get; init; }
    public int BaseRows { get; init; }
    public int Erasures { get; init; }
    public int Next { get; init; }
    public int BaseNext { get; init; }
    public SealedPosition At { get; init; }
    public ListSums? Sums { get; init; }

    /// <summary>Of the count before, which errors were reported from.</summary>
    public int CountedVersion { get; init; }
    public int CountedBaseRows { get; init; }

    public static ImportWork Of(Job job) => JsonSerializer.Deserialize<ImportWork>(job.Work, MessageJson.Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, MessageJson.Options);
}

/// <summary>Starts the jobs that make lists: from files, from repaired rows, from other audiences.</summary>
public sealed class RecipientImport(JobStore jobs, MessageCatalogue catalogue, ProductClock clock, KeyRing keys)
{
    public const string MessageType = "audience.import.v1";
    public const long MaxBytes = 512L * 1024 * 1024;
    public static readonly RetryRule Retry = new(10, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    public static string NewFileId() => $"imports/{Guid.NewGuid():N}";

    /// <param name="fileId">A stored file; it is deleted when the job has ended.</param>
    /// <returns>False where the job was started before, with a file of its own.</returns>
    public Task<bool> StartFileAsync(string jobId, string audienceId, string fileId, ImportOptions options, Actor by, CancellationToken ct) =>
        StartAsync(jobId, "importRecipients", new(audienceId, RowSource.File, fileId, options, NewKey()), by, ct);

    /// <summary>Adds the repaired rows.</summary>
    public Task<bool> StartStagedAsync(string jobId, string audienceId, Actor by, CancellationToken ct) =>
        StartAsync(jobId, "acceptRecipients", new(audienceId, RowSource.Staged, null, new(), NewKey()), by, ct);

    /// <summary>Makes the list anew from those of another audience who meet the query.</summary>
    public Task<bool> StartQueryAsync(string jobId, string audienceId, SavedQuery query, Actor by, CancellationToken ct) =>
        StartAsync(jobId, "selectRecipients", new(audienceId, RowSource.Query, null, new(Replace: true), NewKey()) { Query = query }, by, ct);

    private WrappedKey NewKey()
    {
        using var key = keys.NewDataKey();
        return keys.Wrap(key);
    }

    private Task<bool> StartAsync(string jobId, string kind, ImportWork work, Actor by, CancellationToken ct)
    {
        var job = new Job { Id = jobId, Kind = kind, StartedBy = by, StartedAt = clock.GetUtcNow(), Work = work.ToJson() };
        return jobs.StartAsync(job, [Next(job)], ct);
    }

    internal PendingMessage Next(Job job) => catalogue.Message(MessageType, $"{job.Id}-{job.Step}", new ImportRecipients(job.Id, job.Step));
}
