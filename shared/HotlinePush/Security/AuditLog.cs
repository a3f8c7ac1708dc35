using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Storage;

namespace HotlinePush.Security;

/// <summary>One look at what is kept from most: a confidential ticket, an unmasked phone.</summary>
/// <param name="Action">A stable word, such as <c>lookConfidential</c> or <c>revealPhone</c>.</param>
/// <param name="Subject">The ticket's number.</param>
/// <param name="Detail">Why, in words; never what was seen.</param>
public sealed record AuditEntry(DateTimeOffset At, Actor Actor, string Action, string Subject, string? Detail = null);

/// <param name="Next">Where the next page goes on; null at the end of the day.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Items, string? Next);

/// <summary>
/// Append-only: nothing here changes or removes an entry. A partition is a day in Shanghai, its rows newest first.
/// Append before showing: what could not be recorded is not shown.
/// </summary>
public sealed class AuditLog(ITableStore store)
{
    public const string Table = "audit";

    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    /// <summary>Entries of one subject that are kept together for its case file.</summary>
    private static string SubjectPartition(string subject) => Keys.Of("of", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16)));

    public async Task AppendAsync(AuditEntry entry, CancellationToken ct = default)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(entry.At, Zone).DateTime);
        var row = Keys.Of(KeyPart.Descending(entry.At), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        var value = JsonSerializer.SerializeToUtf8Bytes(entry, PersonalJson.PlainOptions);
        // Under its subject first: the day's row is the one that the log is read from, and never stands alone.
        await store.CommitAsync(new Batch(Table, SubjectPartition(entry.Subject)).Upsert(row, value), ct);
        var result = await store.CommitAsync(new Batch(Table, Keys.Of(day)).Insert(row, value), ct);
        if (result.Conflict is { } conflict)
            throw new InvalidOperationException($"The audit log has a row {conflict.Row} already.");
    }

    /// <summary>The entries of one subject, newest first.</summary>
    /// <param name="limit">1–1000.</param>
    public async Task<IReadOnlyList<AuditEntry>> ReadOfAsync(string subject, int limit, CancellationToken ct = default)
    {
        var page = await store.ReadRangeAsync(Table, SubjectPartition(subject), new("0", ":"), limit, null, ct);
        return [.. page.Rows.Select(r => JsonSerializer.Deserialize<AuditEntry>(r.Value.Span, PersonalJson.PlainOptions)!)];
    }

    /// <summary>The entries of one day, newest first; those of one millisecond in any order.</summary>
    /// <param name="limit">1–1000.</param>
    /// <param name="after"><see cref="AuditPage.Next"/> of the page before.</param>
    public async Task<AuditPage> ReadDayAsync(DateOnly shanghaiDay, int limit, string? after = null, CancellationToken ct = default)
    {
        // Row keys begin with a digit.
        var page = await store.ReadRangeAsync(Table, Keys.Of(shanghaiDay), new("0", ":"), limit, after, ct);
        return new([.. page.Rows.Select(r => JsonSerializer.Deserialize<AuditEntry>(r.Value.Span, PersonalJson.PlainOptions)!)], page.Continuation);
    }
}
