using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Notices.Recipients;

/// <summary>A notice that went to a caller's number: that it is real, and what the desk is to say. No figure and no name.</summary>
/// <param name="At">The last attempt; null where there was none.</param>
/// <param name="Script">The desk's answer 答复口径.</param>
/// <param name="ReplacedBy">The correction that went to the same recipient.</param>
/// <param name="NotMe">The holder of the number said that it is not for them.</param>
public sealed record CallerNotice(
    string NoticeId, string Title, string UnitId, string? UnitName, NoticeState NoticeState, ChannelKind Channel, DeliveryState State, DateTimeOffset? At, string? Script, bool IsCorrection,
    string? ReplacedBy, bool NotMe, string Page);

/// <summary>For the desk: which notices went to a number. Each look leaves a trace with the masked number before anything is read.</summary>
public sealed class CallerNotices(RecipientNotices notices, CitySource cities, AuditLog audit, ProductClock clock)
{
    public static readonly Role[] Desk = [Role.Desk, Role.Supervisor];

    /// <param name="phone">E.164.</param>
    public async Task<(IReadOnlyList<CallerNotice> Items, DateTimeOffset? Back)> FindAsync(string phone, Actor by, CancellationToken ct)
    {
        await audit.AppendAsync(new(clock.GetUtcNow(), by, "verifyNotice", PhoneNumber.Mask(phone)), ct);
        var found = await notices.FindAsync(phone, ct);
        var city = await cities.GetAsync(ct);
        return ([.. found.Items.Select(f => Of(f, found.Items, city)).Distinct()], found.Back);
    }

    private static CallerNotice Of(FoundNotice f, IReadOnlyList<FoundNotice> all, City city) => new(
        f.Notice.Id, f.Notice.Title, f.Notice.UnitId, city.FindUnit(f.Notice.UnitId)?.Name, f.Notice.State, RecipientNotices.ChannelOf(f.Notice, f.Delivery), f.Delivery.State, f.Delivery.Last?.At,
        f.Notice.Script, f.Notice.Corrects is not null, all.FirstOrDefault(c => c.Notice.Corrects == f.Notice.Id && c.Recipient.Id == f.Recipient.Id)?.Notice.Id, f.Mark.NotMeAt is not null,
        "/notices/" + f.Notice.Id);
}

/// <summary><c>POST /api/v1/lookup/caller</c>: a phone is sent, never part of an address.</summary>
public static class CallerNoticeEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/lookup/caller", VerifyAsync).RequireRole(CallerNotices.Desk).WithTags("lookup").WithSummary("核实来电人的通知 (a caller's notices, without figures)");

    private static async Task<object> VerifyAsync(JsonBody<PhoneBody> body, HttpContext http, CallerNotices notices, CancellationToken ct)
    {
        if (!PhoneNumber.TryParse(body.Value.Phone, out var phone))
            return Refusal.Of("badValue", "phone", "不是有效的电话号码。");
        var (items, back) = await notices.FindAsync(phone, http.GetActor(), ct);
        return TypedResults.Ok(new VerifyView(items, null, back));
    }

    private sealed record PhoneBody(string Phone);

    /// <param name="LookedBack">How far back notices were looked at; null where all were.</param>
    private sealed record VerifyView(IReadOnlyList<CallerNotice> Items, string? Next, DateTimeOffset? LookedBack);
}
