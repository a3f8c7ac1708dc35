using HotlinePush.Clocks;
using HotlinePush.Routing;
using HotlinePush.Storage;

namespace HotlinePush.Tickets.Similar;

/// <summary>A row of the near duplicates as it was read: which ticket, and a sketch of its words.</summary>
public readonly record struct NearRow(string Number, TextSketch Sketch);

/// <summary>
/// Rows by place and day of receipt: <c>near!district!↓received!sketch!number</c> in the day's own partition, whose batch is written at receipt
/// anyway. A function of the head like every other row; confidential tickets have none.
/// </summary>
public static class NearRows
{
    /// <summary>Stands for tickets of no known district, or of the whole city.</summary>
    public const string Anywhere = "0";

    private const int DistrictCode = 6;

    public static IndexKey? Of(Ticket ticket) => ticket.Confidential
        ? null
        : new(
            TicketIndexes.DayPartition(CityZone.DateOf(ticket.ReceivedAt)),
            Keys.Of(
                "near", DistrictOf(ticket.AreaId), KeyPart.Descending(ticket.ReceivedAt),
                TextSketch.Of(PlainText.OfTicket(ticket.Subject, ticket.Description)).ToString(), ticket.Number));

    public static KeyRange All => Keys.Under("near");

    public static KeyRange In(string district) => Keys.Under("near", district);

    /// <summary>The first six characters of a division code; those that end in 00 and shorter ones are cities.</summary>
    public static string DistrictOf(string? areaId) =>
        areaId is { Length: >= DistrictCode } && areaId[..DistrictCode] is var code && !code.EndsWith("00", StringComparison.Ordinal) ? code : Anywhere;

    public static NearRow? Parse(string rowKey) =>
        Keys.Split(rowKey) is [_, _, _, var sketch, var number] && TextSketch.Parse(sketch) is { } parsed ? new(number, parsed) : null;
}
