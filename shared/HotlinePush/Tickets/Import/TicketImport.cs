using System.Text.Json;
using HotlinePush.Clocks;
using HotlinePush.Jobs;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Tickets.Import;

/// <summary>Carry an import on. A message whose step is not the job's is a repeat.</summary>
public sealed record ImportTickets(string JobId, int Step);

internal enum ImportPhase { Look, Take, Learn }

/// <param name="Encoding">A name of <see cref="TextEncoding"/>, once it is known.</param>
/// <param name="Hotline">The merged hotline whose file it is.</param>
/// <param name="Next">The spreadsheet row to go on with; 1 is the header.</param>
internal sealed record ImportWork(string FileId, ImportPhase Phase = ImportPhase.Look, string? Encoding = null, int Next = 2, string? Hotline = null)
{
    public static ImportWork Of(Job job) => JsonSerializer.Deserialize<ImportWork>(job.Work, MessageJson.Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, MessageJson.Options);
}

/// <summary>Starts imports of tickets from CSV files.</summary>
public sealed class TicketImport(JobStore jobs, IFileStore files, MessageCatalogue catalogue, ProductClock clock)
{
    public const string Kind = "importTickets";
    public const string MessageType = "tickets.import.v1";
    public const long MaxBytes = 64 * 1024 * 1024;

    public static string NewFileId() => $"imports/{Guid.NewGuid():N}";

    /// <summary>Stores the file and starts the job.</summary>
    /// <returns>The job's id.</returns>
    public async Task<string> StartAsync(Stream csv, Actor by, CancellationToken ct)
    {
        var (jobId, fileId) = (JobStore.NewId(), NewFileId());
        await files.PutAsync(fileId, csv, ct);
        await StartAsync(jobId, fileId, by, ct);
        return jobId;
    }

    /// <param name="fileId">A stored file; it is deleted when the job has ended.</param>
    /// <returns>False where the job was started before, with a file of its own.</returns>
    public Task<bool> StartAsync(string jobId, string fileId, Actor by, CancellationToken ct, string? hotline = null)
    {
        var job = new Job { Id = jobId, Kind = Kind, StartedBy = by, StartedAt = clock.GetUtcNow(), Work = new ImportWork(fileId, Hotline: hotline).ToJson() };
        return jobs.StartAsync(job, [Next(job)], ct);
    }

    internal PendingMessage Next(Job job) => catalogue.Message(MessageType, $"{job.Id}-{job.Step}", new ImportTickets(job.Id, job.Step));
}
