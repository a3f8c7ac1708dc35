using HotlinePush.Audiences;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary>Somebody whose contact turned out to be another's.</summary>
/// <param name="Row">The recipient's place in the list, from 1.</param>
/// <param name="RecipientId">With <paramref name="Name"/> and <paramref name="To"/> for the office itself; null for others, and for those erased since.</param>
/// <param name="To">The phone in the list, masked.</param>
public sealed record NotMeView(string DeliveryId, int Row, DateTimeOffset At, string? RecipientId, string? Name, string? To);

/// <summary>What recipients did with a notice, counted, and a page of those who are not the ones meant.</summary>
public sealed record RepliesView(int Read, int NotMe, int Views, int Questions, IReadOnlyList<NotMeView> Items, string? Next);

/// <summary><c>GET /api/v1/notices/{id}/replies</c>.</summary>
public static class ReplyEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/notices/{id}/replies", RepliesAsync).RequireRole(NoticeEndpoints.Readers).WithTags("notices").WithSummary("对象的回应 (read, not me, questions)");

    private static async Task<object> RepliesAsync(string id, HttpContext http, ListQuery list, NoticeStore notices, DeliveryMarks marks, AudienceStore audiences, CancellationToken ct)
    {
        var actor = http.GetActor();
        if (await notices.ReadAsync(id, ct) is not { Notice: var notice } || !NoticeRules.MaySee(notice, actor))
            return Problems.NotFoundHere;
        if (!list.TryRead<Position>(out var after) || after is not null && !Storage.Keys.IsKey(after.Row))
            return Cursor.Bad;
        var sum = await marks.SumAsync(id, notice.StartedAt is null ? 0 : notice.Frozen?.Pages ?? 0, ct);
        var (items, last) = await marks.ReadNotMeAsync(id, after?.Row, list.Limit, ct);
        var office = NoticeEndpoints.IsOffice(actor);
        var shown = new List<NotMeView>();
        foreach (var (place, at) in items)
        {
            var person = office && notice.Frozen is { } frozen ? await audiences.ReadRecipientAsync(notice.AudienceId, frozen.ListVersion, place, ct) : null;
            shown.Add(new(
                AttemptId.DeliveryId(id, place.Page, place.Row), place.Page * Place.PageSize + place.Row + 1, at, person?.Id, person?.Name,
                person?.Phone is { } phone ? PhoneNumber.Mask(phone) : null));
        }

        return TypedResults.Ok(new RepliesView(sum.Read, sum.NotMe, sum.Views, sum.Questions, shown, last is null ? null : Cursor.Write(new Position(last))));
    }

    private sealed record Position(string Row);
}
