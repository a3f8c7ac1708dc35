using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Routing;
using HotlinePush.Security;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.Extensions.Options;

namespace HotlinePush.Comments;

/// <summary>What became of a comment on its way in.</summary>
/// <param name="Before">It had come already, under the other system's name for it.</param>
/// <param name="Alarm">The words of an emergency in it, and the number to dial.</param>
public sealed record TakenComment(Comment Comment, bool Before = false, AlarmHit? Alarm = null);

/// <summary>Takes comments in, whichever way they come: checked, grouped with their copies, kept for moderation.</summary>
public sealed class CommentIntake(
    ConsultationStore consultations, CommentStore store, CommentMessages messages, TicketFiling filing, Quotas quotas, IOptions<HotlineWebOptions> options, ProductClock clock, TimeProvider engine)
{
    private const int LongestName = 100;

    /// <summary>For the channels: a comment that has come by SMS, mail, WeChat or the like, whose sender the channel vouches for.</summary>
    /// <param name="sectionId">Null: the whole.</param>
    /// <param name="contact">The phone as people write it.</param>
    /// <param name="externalId">The channel's own name for the message: delivered again under it, it is the same comment, and nothing is stored.</param>
    public Task<(TakenComment? Taken, Refusal? Refusal)> AddAsync(
        string consultationId, string? sectionId, string text, CommentContact? contact, CommentChannel channel, string? externalId, CancellationToken ct) =>
        AddAsync(Comment.NewId(), consultationId, new(text, sectionId, contact?.Name, contact?.Phone), channel, externalId, null, confirm: false, ct);

    /// <param name="id">Reserved for it; one that is taken is an earlier attempt at the same.</param>
    /// <param name="sender">By whom a flood is counted, besides the phone: an address, or null.</param>
    /// <param name="confirm">Whether the sender still has to show whose phone it is, where the consultation asks for it.</param>
    public async Task<(TakenComment? Taken, Refusal? Refusal)> AddAsync(
        string id, string consultationId, NewComment comment, CommentChannel channel, string? externalId, string? sender, bool confirm, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await consultations.ReadAsync(consultationId, ct) is not { Consultation: var consultation } || !consultation.IsPublicAt(now))
            return (null, Problems.NotFoundHere);
        if (externalId is not null && await EarlierAsync(consultationId, channel, externalId, ct) is { } earlier)
            return (new(earlier, Before: true), null);
        confirm &= consultation.ConfirmByCode;
        if (consultation.StateAt(now) != ConsultationState.Open)
            return (null, Closed(consultation));
        if (Check(consultation, comment, confirm, out var phone) is { } wrong)
            return (null, wrong);
        // Whoever cries for help is never slowed.
        var alarm = AlarmWords.Detect(null, comment.Text);
        if (alarm is null && await FloodAsync(consultationId, phone, sender, ct) is { } flood)
            return (null, flood);
        if (confirm && await messages.MaySendCodeAsync(phone!, sender ?? "", ct) is { } slow)
            return (null, slow);

        var text = CommentRules.Tidy(comment.Text);
        var contact = new CommentContact(CommentRules.Blank(comment.Name), phone);
        var made = new Comment
        {
            Id = id,
            ConsultationId = consultationId,
            Section = comment.SectionId is { } section ? consultation.PlaceOf(section) : null,
            Text = store.Seal(id, text),
            ReceivedAt = now,
            Channel = channel,
            State = confirm ? CommentState.Unconfirmed : CommentState.Held,
            GroupId = id,
            HasContact = contact is not (null, null),
            CodeAt = confirm ? engine.GetUtcNow() : null,
            AlarmNumbers = alarm is null ? null : filing.ReserveNumbers(),
        };
        if (await store.AddAsync(made, made.HasContact ? contact : null, externalId, CommentSketch.Of(text), messages.OwedBy(made), ct) is { } stored)
            return (new(stored, Alarm: alarm), null);
        var taken = (await store.ReadAsync(consultationId, id, ct))?.Comment ?? (externalId is null ? null : await EarlierAsync(consultationId, channel, externalId, ct));
        return taken is null ? (null, Problems.SomebodyWasFaster) : (new(taken, Before: true, alarm), null);
    }

    private async Task<Comment?> EarlierAsync(string consultationId, CommentChannel channel, string externalId, CancellationToken ct) =>
        await store.FindExternalAsync(consultationId, channel, externalId, ct) is { } id ? (await store.ReadAsync(consultationId, id, ct))?.Comment : null;

    private static Refusal Closed(Consultation c) => new("consultationClosed", c.Withdrawn is null ? "征求意见已经截止，谢谢您的关注。" : "这次征求意见已经撤回。");

    private static Refusal? Check(Consultation consultation, NewComment comment, bool confirm, out string? phone)
    {
        phone = null;
        var given = CommentRules.Blank(comment.Phone);
        var known = PhoneNumber.TryParse(given, out var e164);
        if (known)
            phone = e164;
        return new Check()
            .Text("text", comment.Text, required: true)
            .Text("name", comment.Name, max: LongestName)
            .That(comment.SectionId is null || consultation.PlaceOf(comment.SectionId) is not null, "sectionId", "badValue", "没有这一节。")
            .That(given is null || known, "phone", "badValue", "不是有效的电话号码。")
            .That(!confirm || given is not null, "phone", "required", "这次征求意见须用手机验证码确认，请填写手机号。")
            .Refusal;
    }

    private async Task<Refusal?> FloodAsync(string consultationId, string? phone, string? sender, CancellationToken ct)
    {
        if (options.Value.NoLimits)
            return null;
        var hour = Quotas.Window(engine.GetUtcNow(), TimeSpan.FromHours(1));
        return (sender is not null && await quotas.AddAsync(hour, "c", sender, ct) > options.Value.CommentsPerAddress)
            || (phone is not null && await quotas.AddAsync(hour, "m", $"{consultationId} {phone}", ct) > options.Value.CommentsPerPhone)
            ? new("tooManyComments", "您提交得太频繁了，请一小时后再试。")
            : null;
    }
}

/// <summary>What somebody says.</summary>
/// <param name="Phone">As people write it.</param>
public sealed record NewComment(string Text, string? SectionId = null, string? Name = null, string? Phone = null);
