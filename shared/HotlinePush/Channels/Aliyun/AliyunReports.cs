using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Channels.Aliyun;

/// <summary>What has to stand in the address that reports are pushed to; null: nothing.</summary>
public sealed record AliyunReportKey(string? Key);

/// <summary>
/// <c>POST /hooks/aliyun/sms-report</c>: delivery reports 状态报告 in the provider's batches (help.aliyun.com/document_detail/101867.html). They carry
/// no signature. An attempt's id cannot be made by anybody else, so a report for one is believed; with a report key in the address, which
/// the settings name, the whole batch is.
/// </summary>
/// <remarks>
/// A batch in which an id of our form is not ours, or nothing is ours at all, is refused as a whole, 403, and nothing of it holds. Beside
/// ours, ids of another form are texts of another system on the same account: passed over, and so are reports of the product's own texts,
/// which nobody waits for. Reports go to the bus before the answer,
/// for the provider asks only three times.
/// </remarks>
public static class AliyunReports
{
    public const int MaxReports = 1_000;
    private const int MaxCode = 64;

    private sealed record Report(string? OutId, bool Success, string? Code);

    public static void Map(RouteGroupBuilder hooks) =>
        hooks.MapPost("/aliyun/sms-report", TakeAsync).Public().TakesQuery("key", "设置中的 ReportKey (the report key of the settings)").WithTags("hooks").WithSummary("阿里云短信状态报告 (delivery reports)");

    private static async Task<object> TakeAsync(HttpContext http, AliyunReportKey key, KeyRing keys, IMessageBus bus, MessageCatalogue catalogue)
    {
        if (key.Key is { } wanted && !Same(http.Request.Query["key"].ToString(), wanted))
            return Forged;
        if (Read(await RequestBytes.ReadAsync(http)) is not { } reports)
            return new Refusal("badJson", "应为状态报告的 JSON 数组。");
        var ours = reports.Where(r => AttemptId.Read(keys, r.OutId) is not null).ToList();
        var forged = reports.Any(r => HasOurForm(r.OutId) && !ours.Contains(r)) || (key.Key is null && reports.Count > 0 && ours.Count == 0 && !reports.Any(r => TextReference.IsOurs(keys, r.OutId)));
        if (forged)
            return Forged;
        if (ours.Count > 0)
            await bus.SendAsync([.. ours.Select(r => Message(catalogue, r))], http.RequestAborted);
        return Reply.Json(StatusCodes.Status200OK, new { code = 0, msg = "成功" });
    }

    private static Refusal Forged => new("forged", "不是本系统发出的短信。");

    private static OutgoingMessage Message(MessageCatalogue catalogue, Report report)
    {
        var state = report.Success ? DeliveryState.Delivered : DeliveryState.Failed;
        return catalogue.Message(SendingMessages.ReceiptType, $"{report.OutId}-{state}", new ReceiptCame(report.OutId!, state, report.Code)).ToOutgoing();
    }

    /// <returns>Null where it is no batch of reports.</returns>
    private static List<Report>? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() > MaxReports)
                return null;
            var reports = new List<Report>();
            foreach (var item in json.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || Flag(item, "success") is not { } success)
                    return null;
                reports.Add(new(Text(item, "out_id"), success, Text(item, "err_code") is { Length: > 0 and <= MaxCode } code && code.All(c => c is > ' ' and <= '~') ? code : null));
            }

            return reports;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair.
            return null;
        }
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when bool.TryParse(value.GetString(), out var flag) => flag,
        _ => null,
    };

    private static bool HasOurForm(string? id) =>
        id?.Split('-') is [{ Length: > 1 }, { Length: > 0 }, { Length: > 0 }, { Length: > 0 }, { Length: 10 }] && id.StartsWith('n');

    private static bool Same(string given, string wanted) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(wanted));
}
