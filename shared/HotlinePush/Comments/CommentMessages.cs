using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Channels;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.Extensions.Options;

namespace HotlinePush.Comments;

/// <summary>A comment's one-time code is to be sent, its hour is over, or its alarm words are to reach the desk: each by its message type.</summary>
public sealed record CommentDue(string Consultation, string Comment);

/// <summary>What a comment owes once it is stored: a one-time code, its end without one, and a ticket where it cries for help.</summary>
public sealed class CommentMessages(
    MessageCatalogue catalogue, ConsultationStore consultations, CommentStore store, TicketFiling filing, IChannel channel, KeyRing keys, Quotas quotas, CodeGuesses guesses, IOptions<HotlineWebOptions> options,
    TimeProvider engine)
{
    public const string CodeType = "comment.code.v1";
    public const string EndType = "comment.end.v1";
    public const string AlarmType = "comment.alarm.v1";

    /// <summary>How long a comment waits for its code, and the code is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    public const int MostTries = 5;
    public const string Source = "consultation";
    private const int LongestSubject = 100;

    internal IReadOnlyList<PendingMessage> OwedBy(Comment c)
    {
        var body = new CommentDue(c.ConsultationId, c.Id);
        var owed = new List<PendingMessage>(3);
        if (c.CodeAt is { } at)
        {
            owed.Add(catalogue.Message(CodeType, $"comment-code-{c.Id}", body));
            owed.Add(catalogue.Message(EndType, $"comment-end-{c.Id}", body, at + Lifetime + TimeSpan.FromMinutes(1)));
        }

        if (c.AlarmNumbers is not null)
            owed.Add(catalogue.Message(AlarmType, $"comment-alarm-{c.Id}", body));
        return owed;
    }

    /// <summary>Null, or the refusal: codes for one phone are few, whoever asks for them.</summary>
    internal async Task<Refusal?> MaySendCodeAsync(string phone, string address, CancellationToken ct)
    {
        var now = engine.GetUtcNow();
        return !options.Value.NoLimits
            && ((address.Length > 0 && await quotas.AddAsync(Quotas.Window(now, TimeSpan.FromMinutes(1)), "l", address, ct) > options.Value.LookupsPerAddress)
                || await quotas.AddAsync(Quotas.Window(now, TimeSpan.FromHours(1)), "p", phone, ct) > options.Value.CodesPerPhone)
            ? new("tooManyCodes", "索取验证码过于频繁，请一小时后再试，或拨打 12345 由话务员记录。")
            : null;
    }

    /// <summary>The sender shows by the code whose phone it is; the comment then waits for moderation like any other.</summary>
    /// <returns>A wrong code, a void one and a comment that is not there are the same refusal.</returns>
    public async Task<(Comment? Comment, Refusal? Refusal)> ConfirmAsync(string consultationId, string id, string code, string addressKey, CancellationToken ct)
    {
        if (await guesses.CheckAsync(addressKey, id, ct) is { } slow)
            return (null, slow);
        if (ConsultationStore.IsId(consultationId) && await store.ReadAsync(consultationId, id, ct) is { Comment: { CodeAt: { } at } comment }
            && engine.GetUtcNow() - at < Lifetime
            // Counted before it is compared: guesses made at once count too.
            && await quotas.AddAsync(at, "t", id, ct) <= MostTries
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeOf(comment.Id)), Encoding.UTF8.GetBytes(code.Length <= 20 ? code : "")))
            // Sent twice it is confirmed all the same.
            return comment.State == CommentState.Unconfirmed
                ? await store.ChangeAsync(consultationId, id, c => (c.State == CommentState.Unconfirmed ? c with { State = CommentState.Held } : c, null), ct)
                : (comment, null);
        await guesses.CountAsync(addressKey, id, ct);
        return (null, Refusal.Of("wrongCode", "code", "验证码不对或已失效。输错五次后请重新提交意见。"));
    }

    internal async Task SendCodeAsync(CommentDue due, CancellationToken ct)
    {
        if (await store.ReadAsync(due.Consultation, due.Comment, ct) is not { Comment: { State: CommentState.Unconfirmed, CodeAt: { } at } comment } || engine.GetUtcNow() - at >= Lifetime)
            return;
        if (await store.ReadContactAsync(comment, ct) is not { Phone: { } phone })
            return;
        var body = string.Create(CultureInfo.InvariantCulture, $"验证码{CodeOf(comment.Id)}，{Lifetime.TotalMinutes}分钟内有效，用于确认您提交的公众意见。工作人员不会向您索要验证码。");
        await channel.SendAsync(new($"code-{comment.Id}", ChannelKind.Sms, phone, null, body, "code"), ct);
    }

    /// <summary>What nobody confirmed was perhaps somebody else's number: nothing of it stays.</summary>
    internal Task EndAsync(CommentDue due, CancellationToken ct) => store.DropUnconfirmedAsync(due.Consultation, due.Comment, ct);

    /// <summary>Somebody in need who writes here does not know that nobody watches: the desk gets a ticket, with the words as they are.</summary>
    internal async Task RaiseAsync(CommentDue due, CancellationToken ct)
    {
        if (await store.ReadAsync(due.Consultation, due.Comment, ct) is not { Comment: { AlarmNumbers: { } reserved } comment }
            || await consultations.ReadAsync(due.Consultation, ct) is not { Consultation: var consultation }
            || store.TextOf(comment) is not { } text)
            return;
        var contact = await store.ReadContactAsync(comment, ct);
        // The subject is read as a caller's own sentence, so it is one: what was written, without a heading of ours.
        var (_, refusal) = await filing.FileTicketAsync(
            new(
                TicketType.Help, Cut(text), text, contact?.Phone is null ? new(contact?.Name, Anonymous: true) : new(contact.Name, contact.Phone),
                Channel: comment.Channel.Word(), ExternalId: $"comment:{comment.Id}", Source: $"{Source}:{consultation.Id}"),
            reserved, Actor.Public, ct);
        if (refusal is not null)
            throw new InvalidOperationException($"The ticket of comment {comment.Id} was refused: {refusal.Code}.");
    }

    private static string Cut(string text)
    {
        var line = text.Split('\n')[0];
        return line.Length <= LongestSubject ? line : line[..(char.IsHighSurrogate(line[LongestSubject - 1]) ? LongestSubject - 1 : LongestSubject)] + "…";
    }

    private string CodeOf(string id) =>
        (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(keys.Token("commentCode", id)))) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
}
