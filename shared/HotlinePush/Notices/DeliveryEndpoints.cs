using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Notices.Sending;
using HotlinePush.Notices.Texts;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices;

/// <summary>How one recipient of a notice stands.</summary>
/// <param name="Row">The recipient's place in the list, from 1.</param>
/// <param name="RecipientId">With <paramref name="Name"/> and <paramref name="To"/> for the office itself; null for others, and for those erased since.</param>
/// <param name="To">Where it went, masked.</param>
/// <param name="Final">Of an unknown end: only a receipt or a person still changes it.</param>
public sealed record DeliveryView(
    string Id, int Row, string? RecipientId, string? Name, string? To, DeliveryState State, ChannelKind? Channel, string? Why, bool Final, IReadOnlyList<AttemptView> Attempts)
{
    public static DeliveryView Of(Notice notice, int page, Delivery d, Recipient? recipient)
    {
        var channel = d.Last?.Channel ?? (d.Ways == 0 ? null : (ChannelKind?)notice.Channels[d.Channel]);
        return new(
            AttemptId.DeliveryId(notice.Id, page, d.Row), page * Place.PageSize + d.Row + 1, recipient?.Id, recipient?.Name,
            recipient is null || channel is null ? null : NoticeTexting.Masked(channel.Value, DeliveryChannels.AddressOf(recipient, channel.Value)),
            d.State, channel, d.Why, d.Final, [.. d.Attempts.Select(a => new AttemptView(a.No, a.Channel, a.Provider, a.State, a.At, a.Code))]);
    }
}

/// <param name="At">Product time of the claim.</param>
/// <param name="Code">The provider's own, or a stable word of ours.</param>
public sealed record AttemptView(int No, ChannelKind Channel, string Provider, DeliveryState State, DateTimeOffset At, string? Code);

/// <summary>The deliveries of a notice, one by one.</summary>
public sealed class DeliveryReading(NoticeSending sending, AudienceStore audiences)
{
    /// <summary>List pages looked at for one answer, where a state is asked for that few are in.</summary>
    private const int MostPages = 20;

    /// <param name="from">Place in the list to begin at, from 0.</param>
    /// <param name="withNames">Whether the reader may know whom it went to.</param>
    /// <returns>The deliveries and where to go on; null at the end.</returns>
    public async Task<(List<DeliveryView> Items, int? Next)> ReadAsync(Notice notice, Func<Delivery, bool> wanted, int from, int limit, bool withNames, CancellationToken ct)
    {
        var items = new List<DeliveryView>();
        if (notice.Frozen is not { } frozen)
            return (items, null);
        for (var page = from / Place.PageSize; page < frozen.Pages; page++)
        {
            if (page - from / Place.PageSize == MostPages)
                return (items, page * Place.PageSize);
            var found = (await sending.ReadPageAsync(notice, page, ct)).Where(d => page * Place.PageSize + d.Row >= from && wanted(d)).Take(limit - items.Count + 1).ToList();
            var people = withNames && found.Count > 0 ? (await audiences.ReadPageAsync(notice.AudienceId, frozen.ListVersion, page, ct))?.Recipients : null;
            foreach (var delivery in found)
            {
                if (items.Count == limit)
                    return (items, page * Place.PageSize + delivery.Row);
                items.Add(DeliveryView.Of(notice, page, delivery, people is not null && delivery.Row < people.Count ? people[delivery.Row] : null));
            }
        }

        return (items, null);
    }
}

/// <summary><c>/api/v1/notices/{id}/deliveries</c>.</summary>
public static class DeliveryEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/notices/{id}/deliveries", ListAsync).RequireRole(NoticeEndpoints.Readers).TakesQuery("state", "queued, sending, sent, delivered, failed, unknown, skipped")
            .Produces<Page<DeliveryView>>().WithTags("notices").WithSummary("送达记录 (deliveries)");

    private sealed record Position(int From);

    private static async Task<object> ListAsync(string id, ListQuery list, HttpContext http, NoticeStore store, DeliveryReading reading, CancellationToken ct)
    {
        var query = new QueryFields(http.Request);
        var state = query.Word<DeliveryState>("state");
        if (query.Refusal is { } refusal)
            return refusal;
        if (!list.TryRead<Position>(out var after) || after is { From: < 0 })
            return Cursor.Bad;
        if (await store.ReadAsync(id, ct) is not { } stored || !NoticeRules.MaySee(stored.Notice, http.GetActor()))
            return Problems.NotFoundHere;
        var (items, next) = await reading.ReadAsync(stored.Notice, d => state is null || d.State == state, after?.From ?? 0, list.Limit, NoticeEndpoints.IsOffice(http.GetActor()), ct);
        return TypedResults.Ok(new Page<DeliveryView>(items, next is { } from ? Cursor.Write(new Position(from)) : null));
    }
}
