using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Channels.WeChat;
using HotlinePush.Messaging;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.Extensions.Options;

namespace HotlinePush.Inbound.WeChat;

/// <summary>
/// Whose telephone an openid is: <c>绑定 13800138000</c> has a code sent there, <c>绑定码 123456</c> proves it, <c>解绑</c> ends it. Notices to that number then reach the person on
/// WeChat too, and tickets under it are the person's own.
/// </summary>
/// <remarks>
/// One open code for each openid, in row <c>code!hash</c> of the bindings, sealed; the code itself is made of the asking message's id by a token key. It is void after
/// ten minutes, five tries, or its use.
/// </remarks>
public sealed partial class PhoneBinding(ITableStore store, WeChatBinding bindings, KeyRing keys, Quotas quotas, IChannel channel, TimeProvider engine, IOptions<HotlineWebOptions> options) : IInboundTaker
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private const int MostTries = 5;
    private const string Purpose = "wechatCode";

    public string Name => "wechatBinding";

    private sealed record Open(string Id, string Phone, DateTimeOffset At, int Tries, string? UsedBy);

    public bool Takes(InboundMessage message) =>
        message is { Channel: InboundChannels.WeChat, Media.Count: 0, Location: null, Text: { Length: <= 60 } text } && Said().IsMatch(PlainText.Fold(text).Trim());

    public async Task<InboundReply> TakeAsync(InboundMessage message, string id, CancellationToken ct)
    {
        var said = Said().Match(PlainText.Fold(message.Text ?? "").Trim());
        if (said.Groups["phone"] is { Success: true, Value: var number })
            return new(await AskAsync(message.Sender, number, id, ct));
        if (said.Groups["code"] is { Success: true, Value: var code })
            return new(await ProveAsync(message.Sender, code, id, ct));
        if (await bindings.PhoneOfAsync(message.Sender, ct) is { } bound)
            await bindings.UnbindAsync(bound, ct);
        return new("【12345】已解除手机号绑定。");
    }

    private async Task<string> AskAsync(string openId, string number, string id, CancellationToken ct)
    {
        if (!PhoneNumber.TryParse(number, out var phone))
            return "【12345】这不是有效的手机号码，请发送“绑定”加手机号，如：绑定 13800138000";
        var now = engine.GetUtcNow();
        var (row, open) = await ReadAsync(openId, ct);
        if (open?.Id != id)
        {
            var hour = Quotas.Window(now, TimeSpan.FromHours(1));
            if (!options.Value.NoLimits
                && (await quotas.AddAsync(hour, "p", phone, ct) > options.Value.CodesPerPhone || await quotas.AddAsync(hour, "p", openId, ct) > options.Value.CodesPerPhone))
                return "【12345】索取验证码过于频繁，请一小时后再试。";
            if (!await WriteAsync(openId, row?.ETag, new(id, phone, now, 0, null), ct))
                return "【12345】请稍后再试。";
        }

        await channel.SendAsync(
            new($"wechat-code-{id}", ChannelKind.Sms, phone, null,
                string.Create(CultureInfo.InvariantCulture, $"验证码{CodeOf(id)}，{Lifetime.TotalMinutes}分钟内有效，用于绑定微信接收通知。工作人员不会向您索要验证码。"), "code"),
            ct);
        return $"【12345】验证码已发送到{PhoneNumber.Mask(phone)}，请在{Lifetime.TotalMinutes:0}分钟内回复：绑定码 加六位数字";
    }

    private async Task<string> ProveAsync(string openId, string code, string id, CancellationToken ct)
    {
        const string Wrong = "【12345】验证码不对或已失效。请重新发送“绑定”加手机号。";
        for (var races = 0; races < MostTries; races++)
        {
            var (row, open) = await ReadAsync(openId, ct);
            if (open is null || engine.GetUtcNow() - open.At >= Lifetime || open.Tries >= MostTries || (open.UsedBy is { } used && used != id))
                return Wrong;
            var right = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeOf(open.Id)), Encoding.UTF8.GetBytes(code));
            // Counted before it counts: guesses made at once count too. A use says whose it was, so that a retry ends the same.
            if (open.UsedBy is null && !await WriteAsync(openId, row!.ETag, open with { Tries = open.Tries + 1, UsedBy = right ? id : null }, ct))
                continue;
            if (!right)
                return Wrong;
            await bindings.BindAsync(open.Phone, openId, ct);
            return $"【12345】已绑定{PhoneNumber.Mask(open.Phone)}，发给您的通知也会在微信送达。发送“解绑”可解除。";
        }

        return Wrong;
    }

    private async Task<(Row? Row, Open? Open)> ReadAsync(string openId, CancellationToken ct)
    {
        var (partition, key, hash) = PlaceOf(openId);
        var row = await store.ReadAsync(WeChatBinding.Table, partition, key, ct);
        return (row, row is not null && SealedRow.Open(keys, row.Value.Span, hash) is { } bytes ? JsonSerializer.Deserialize<Open>(bytes, MessageJson.Options) : null);
    }

    private async Task<bool> WriteAsync(string openId, ETag? before, Open open, CancellationToken ct)
    {
        var (partition, key, hash) = PlaceOf(openId);
        var value = SealedRow.Seal(keys, JsonSerializer.SerializeToUtf8Bytes(open, MessageJson.Options), hash);
        var batch = new Batch(WeChatBinding.Table, partition);
        return (await store.CommitAsync(before is { } tag ? batch.Replace(key, tag, value) : batch.Insert(key, value), ct)).Committed;
    }

    private (string Partition, string Row, string Hash) PlaceOf(string openId)
    {
        var hash = keys.IndexHash(Purpose, openId);
        return (WeChatBinding.PartitionOf(hash), Keys.Of("code", hash), hash);
    }

    private string CodeOf(string id) => (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(keys.Token(Purpose, id)))) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^绑定(手机)?[\s:：]*(?<phone>\+?\d[\d -]{5,18}\d)$|^(绑定码|验证码)?[\s:：]*(?<code>\d{6})$|^(解绑|解除绑定)$")]
    private static partial Regex Said();
}
