using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.Extensions.Options;

namespace HotlinePush.Notices.Recipients;

/// <param name="Phone">Hash of the phone; the number itself lies sealed in the row it leads to.</param>
public sealed record SendLookupCode(string Phone, string Id);

public sealed record EndLookup(string Phone, string Id);

/// <summary>
/// One-time codes that show whose phone it is. A request does the same whether the number is known or not: it counts, writes a row and owes a message.
/// Only the handler of that message looks whether any notice went to the number, and sends the code or nothing; so neither the answer nor its time
/// tells, and nobody can have strangers written to.
/// </summary>
/// <remarks>
/// Row <c>l!hash</c> in the work shard of the phone's keyed hash, one live code a phone. The code itself is stored nowhere: it is made of the row's random
/// id by a token key, six digits, void after <see cref="Lifetime"/>, <see cref="MostTries"/> tries or its use.
/// </remarks>
public sealed class LookupCodes(
    ITableStore store, PendingMessages pending, MessageCatalogue catalogue, KeyRing keys, Quotas quotas, CodeGuesses guesses, IChannel channel, RecipientNotices notices,
    IOptions<HotlineWebOptions> options, TimeProvider engine)
{
    public const string SendType = "lookup.send.v1";
    public const string EndType = "lookup.end.v1";

    /// <summary>A code that comes later than its own end is of no use.</summary>
    public static readonly RetryRule Retry = new(8, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    public const int MostTries = 5;

    /// <summary>Asked again sooner, the code that is under way stands.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(60);

    private const string Purpose = "lookup";

    private sealed record Challenge(string Id, DateTimeOffset At, WrappedKey Key, byte[] Phone);

    /// <summary>Has a code sent where any notice went to the number.</summary>
    /// <param name="phone">E.164.</param>
    /// <returns>Null, or the refusal (429), which is the same for known and unknown numbers.</returns>
    public async Task<Refusal?> AskAsync(string phone, string addressKey, CancellationToken ct)
    {
        var now = engine.GetUtcNow();
        if (!options.Value.NoLimits
            && (await quotas.AddAsync(Quotas.Window(now, TimeSpan.FromMinutes(1)), "l", addressKey, ct) > options.Value.LookupsPerAddress
                || await quotas.AddAsync(Quotas.Window(now, TimeSpan.FromHours(1)), "p", phone, ct) > options.Value.CodesPerPhone))
            return new("tooManyCodes", "索取验证码过于频繁，请一小时后再试，或拨打 12345。");
        var hash = keys.IndexHash(Purpose, phone);
        var row = await ReadAsync(hash, ct);
        if (row is var (_, live) && now - live.At < Again)
            return null;
        using var key = keys.NewDataKey();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var challenge = JsonSerializer.SerializeToUtf8Bytes(new Challenge(id, now, keys.Wrap(key), key.Seal(Encoding.UTF8.GetBytes(phone), Encoding.UTF8.GetBytes(id))), MessageJson.Options);
        var batch = new Batch(WorkShard.Table, WorkShard.Of(hash).Partition);
        _ = row is var (tag, _) ? batch.Replace(RowKey(hash), tag, challenge) : batch.Insert(RowKey(hash), challenge);
        // Where it is refused, somebody asked for the same number at once: that code is under way.
        await pending.CommitAsync(
            batch, hash,
            [
                catalogue.Message(SendType, $"lookup-{id}", new SendLookupCode(hash, id)),
                catalogue.Message(EndType, $"lookup-end-{id}", new EndLookup(hash, id), now + Lifetime + TimeSpan.FromMinutes(1)),
            ],
            ct);
        return null;
    }

    /// <summary>Uses the code up.</summary>
    /// <returns>Null, or the refusal. A wrong code, a void one and a number that never asked are the same.</returns>
    public async Task<Refusal?> UseAsync(string phone, string code, string addressKey, CancellationToken ct)
    {
        if (await guesses.CheckAsync(addressKey, phone, ct) is { } slow)
            return slow;
        var hash = keys.IndexHash(Purpose, phone);
        if (await ReadAsync(hash, ct) is var (tag, challenge)
            && engine.GetUtcNow() - challenge.At < Lifetime
            // Counted before it is compared: guesses made at once count too.
            && await quotas.AddAsync(challenge.At, "t", challenge.Id, ct) <= MostTries
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeOf(challenge.Id)), Encoding.UTF8.GetBytes(code.Length <= 20 ? code : ""))
            && (await store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(hash).Partition).DeleteIf(RowKey(hash), tag), ct)).Committed)
            return null;
        await guesses.CountAsync(addressKey, phone, ct);
        return Refusal.Of("wrongCode", "code", "验证码不对或已失效。输错五次后请重新获取。");
    }

    internal async Task HandleAsync(SendLookupCode message, CancellationToken ct)
    {
        if (await ReadAsync(message.Phone, ct) is not var (_, challenge) || challenge.Id != message.Id || engine.GetUtcNow() - challenge.At >= Lifetime)
            return;
        using var key = keys.Unwrap(challenge.Key);
        var phone = Encoding.UTF8.GetString(key.Open(challenge.Phone, Encoding.UTF8.GetBytes(challenge.Id)));
        if (RecipientNotices.ShownOf(await notices.FindAsync(phone, ct)).Count == 0)
            return;
        var body = string.Create(CultureInfo.InvariantCulture, $"验证码{CodeOf(challenge.Id)}，{Lifetime.TotalMinutes}分钟内有效，用于查询发给您的通知。工作人员不会向您索要验证码。");
        await channel.SendAsync(new($"code-{challenge.Id}", ChannelKind.Sms, phone, null, body, "code"), ct);
    }

    /// <summary>A number does not stay longer than its code.</summary>
    internal async Task HandleAsync(EndLookup message, CancellationToken ct)
    {
        if (await ReadAsync(message.Phone, ct) is var (tag, challenge) && challenge.Id == message.Id)
            await store.CommitAsync(new Batch(WorkShard.Table, WorkShard.Of(message.Phone).Partition).DeleteIf(RowKey(message.Phone), tag), ct);
    }

    private async Task<(ETag Tag, Challenge Challenge)?> ReadAsync(string hash, CancellationToken ct) =>
        await store.ReadAsync(WorkShard.Table, WorkShard.Of(hash).Partition, RowKey(hash), ct) is { } row
            ? (row.ETag, JsonSerializer.Deserialize<Challenge>(row.Value.Span, MessageJson.Options)!)
            : null;

    private string CodeOf(string id) => (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(keys.Token("lookupCode", id)))) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    private static string RowKey(string hash) => Keys.Of("l", hash);
}
