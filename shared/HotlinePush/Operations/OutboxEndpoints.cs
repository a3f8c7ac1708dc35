using System.Text.Json.Serialization;
using HotlinePush.Channels;
using HotlinePush.Channels.Outbox;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Operations;

/// <summary>A recorded text. Outside demonstrations the address is masked, and subject and body are left out.</summary>
public sealed record OutboxItem(string Id, DateTimeOffset At, ChannelKind Channel, string? To)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Subject { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Body { get; init; }
    public required string Purpose { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? TicketNumber { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? NoticeId { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? DeliveryId { get; init; }

    public static OutboxItem Of(OutboxEntry entry, bool showBodies) => new(entry.Id, entry.At, entry.Channel, showBodies ? entry.To : Masked(entry.To))
    {
        Subject = showBodies ? entry.Subject : null,
        Body = showBodies ? entry.Body : null,
        Purpose = entry.Purpose,
        TicketNumber = entry.TicketNumber,
        NoticeId = entry.NoticeId,
        DeliveryId = entry.DeliveryId,
    };

    private static string Masked(string? to) => to?.Contains('@') == true ? PhoneNumber.MaskEmail(to) : PhoneNumber.Mask(to);
}

/// <summary>What the outbox recorded in place of sending.</summary>
public static class OutboxEndpoints
{
    private sealed record Position(string After);

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/outbox", ListAsync).RequireRole(Role.Admin).Produces<Page<OutboxItem>>().WithSummary("发件记录 (outbox)")
            .TakesQuery("channel", "sms, email, wechat, letter, group").TakesQuery("to", "手机号或邮箱 (phone or e-mail)");

    private static async Task<IResult> ListAsync(ListQuery list, OutboxChannel outbox, OutboxOptions options, HttpContext http)
    {
        var query = new QueryFields(http.Request);
        var channel = query.Word<ChannelKind>("channel");
        var to = Address(query.Text("to"));
        if (query.Refusal is { } refusal)
            return refusal.ToResult();
        if (!list.TryRead<Position>(out var position) || position is { After: var after } && !IsPosition(after))
            return Cursor.Bad.ToResult();
        var page = await outbox.ReadAsync(
            position?.After, list.Limit,
            e => (channel is null || e.Channel == channel) && (to is null || string.Equals(e.To, to, StringComparison.OrdinalIgnoreCase)),
            http.RequestAborted);
        return TypedResults.Ok(new Page<OutboxItem>(
            [.. page.Items.Select(e => OutboxItem.Of(e, options.ShowBodies))], page.Next is null ? null : Cursor.Write(new Position(page.Next))));
    }

    /// <summary>A phone in any writing finds its E.164. An unescaped <c>+</c> arrives as a space.</summary>
    internal static string? Address(string? text)
    {
        if (text is null)
            return null;
        var address = text.StartsWith(' ') ? "+" + text.Trim() : text.Trim();
        return PhoneNumber.TryParse(address, out var e164) ? e164 : address;
    }

    internal static bool IsPosition(string text) => text.Length is > 0 and <= 240 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '!' or '.' or ':' or '_' or '~');
}
