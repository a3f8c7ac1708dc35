using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Clocks;
using HotlinePush.Inbound.Merged;
using HotlinePush.Security;

namespace HotlinePush.Tickets.Import;

/// <summary>What a row of a merged hotline's file says besides.</summary>
/// <param name="ExternalId">Its own number of the ticket: the same one again is the same ticket, in another file too.</param>
/// <param name="ClosedAt">Null: still open, to be worked on here.</param>
public sealed record MergedRow(MergedHotline Hotline, string ExternalId, DateTimeOffset? ClosedAt, string? Answer);

/// <summary>A row that can become a ticket.</summary>
/// <param name="Phone">E.164; null makes the ticket anonymous.</param>
public sealed record ImportRow(int Row, TicketType Type, string Subject, string Body, DateTimeOffset ReceivedAt, string? CategoryId, string? AreaId, string? Phone, MergedRow? Merged = null)
{
    public const string Channel = "import";
    private const int RandomRange = 10_000_000;

    /// <summary>Names the row for good, on its ticket too: a repeated slice knows its own tickets by it.</summary>
    public string IdIn(string jobId) => string.Create(CultureInfo.InvariantCulture, $"{jobId}-{Row}");

    /// <summary>
    /// The row's numbers, one after the other for when one is taken: always the same, so that work repeated after a crash comes upon
    /// what it made before.
    /// </summary>
    /// <param name="startedAt">Receipts before 2000 have no number of their own day and take the job's.</param>
    public string NumberIn(string jobId, int attempt, DateTimeOffset startedAt)
    {
        var day = CityZone.DateOf(ReceivedAt);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(Merged is null ? $"{jobId}|{Row}" : $"{Merged.Hotline.Id}|{Merged.ExternalId}")}|{attempt}")));
        return TicketNumber.New(day.Year < 2000 ? CityZone.DateOf(startedAt) : day, () => (int)(BitConverter.ToUInt64(hash) % RandomRange));
    }

    public Intake ToIntake(string jobId, string number, KeyRing keys) => new()
    {
        Number = number,
        Type = Type,
        Subject = Subject,
        Description = Body,
        CategoryId = CategoryId,
        AreaId = AreaId,
        Contact = Phone is null ? null : new(Phone: Phone),
        PersonHash = TicketFiling.PersonHash(keys, Phone, null),
        Anonymous = Phone is null,
        Channel = Channel,
        Source = Source,
        ExternalId = ExternalIdIn(jobId),
        ImportedReceipt = ReceivedAt,
    };

    public bool IsTicketOf(string jobId, Ticket ticket) => ticket.Imported && ticket.Source == Source && ticket.ExternalId == ExternalIdIn(jobId);

    private string Source => Merged?.Hotline.Id ?? Channel;

    private string ExternalIdIn(string jobId) => Merged?.ExternalId ?? IdIn(jobId);
}
