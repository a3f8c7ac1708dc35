using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels.Aliyun;
using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Inbound.Sms;

/// <summary>
/// <c>POST /hooks/aliyun/sms-inbound?key=…</c>: texts from residents 上行短信 in the provider's batches (SmsUp, help.aliyun.com/document_detail/101868.html). They
/// carry no signature, so the key of the settings has to stand in the address; without one nothing is taken. The callback cannot answer: answers
/// go out as texts. The parts of a long text that the network did not join come as texts of their own, and belong to one request like all that
/// somebody says.
/// </summary>
public static class AliyunInbound
{
    public const int MaxMessages = 1_000;
    private const int AtOnce = 8;
    private const int MaxText = 10_000;

    private sealed record Up(string Phone, DateTimeOffset? At, string Content, string To, string Id);

    public static void Map(RouteGroupBuilder hooks) =>
        hooks.MapPost("/aliyun/sms-inbound", TakeAsync).Public().TakesQuery("key", "设置中的 ReportKey (the report key of the settings)", required: true)
            .WithTags("hooks").WithSummary("阿里云上行短信 (texts from residents)");

    private static async Task<object> TakeAsync(HttpContext http, AliyunReportKey key, InboundDesk desk, ProductClock clock, CancellationToken ct)
    {
        if (key.Key is not { } wanted || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(http.Request.Query["key"].ToString()), Encoding.UTF8.GetBytes(wanted)))
            return new Refusal("forged", "地址中的密钥不符。");
        if (Read(await RequestBytes.ReadAsync(http)) is not { } messages)
            return new Refusal("badJson", "应为上行短信的 JSON 数组。");
        // One person's in their order; the others do not wait.
        await Parallel.ForEachAsync(messages.GroupBy(m => m.Phone), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (person, stop) =>
        {
            foreach (var up in person.OrderBy(m => m.At))
                await desk.ReceiveAsync(ToMessage(up, clock.GetUtcNow()), stop);
        });
        return Reply.Json(StatusCodes.Status200OK, new { code = 0, msg = "接收成功" });
    }

    private static InboundMessage ToMessage(Up up, DateTimeOffset now)
    {
        var isPerson = PhoneNumber.TryParse(up.Phone, out var phone);
        return new(InboundChannels.Sms, up.To, isPerson ? phone : up.Phone, up.Id, up.At ?? now, up.Content) { Automatic = !isPerson };
    }

    /// <returns>Null where it is no batch of texts.</returns>
    private static List<Up>? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() > MaxMessages)
                return null;
            var messages = new List<Up>();
            foreach (var item in json.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || Text(item, "phone_number") is not { Length: > 0 and <= 40 } phone || Text(item, "content") is not { Length: <= MaxText } content)
                    return null;
                var (sent, to) = (Text(item, "send_time"), Text(item, "dest_code") ?? "");
                var id = Text(item, "sequence_id") is { Length: > 0 } sequence ? sequence : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{phone}\n{sent}\n{content}")));
                if (id.Length > 100 || to.Length > 100)
                    return null;
                messages.Add(new(phone, Moment(sent), content, to, id));
            }

            return messages;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half a surrogate pair.
            return null;
        }
    }

    /// <summary>Beijing time, without a zone.</summary>
    private static DateTimeOffset? Moment(string? text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is >= 2000 and < 9000
            ? new DateTimeOffset(local, TimeSpan.FromHours(8))
            : null;

    private static string? Text(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
