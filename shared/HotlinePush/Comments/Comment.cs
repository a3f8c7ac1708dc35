using System.Security.Cryptography;
using System.Text.Json.Serialization;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Comments;

[CamelCaseWords]
public enum CommentState
{
    /// <summary>Waits for the code that shows whose phone it is; gone after an hour.</summary>
    Unconfirmed,

    /// <summary>Waits for moderation.</summary>
    Held,

    Published,

    /// <summary>Not shown, for a stated reason; it counts, and may be answered all the same.</summary>
    Refused,
}

/// <summary>The way a comment came in.</summary>
[CamelCaseWords]
public enum CommentChannel
{
    Web,

    /// <summary>Told to the desk.</summary>
    Phone,

    Sms,
    Email,

    [JsonStringEnumMemberName("wechat")]
    WeChat,

    /// <summary>On paper.</summary>
    Letter,

    Open311,
}

/// <summary>What the office makes of a point 采纳情况.</summary>
[CamelCaseWords]
public enum Adoption { Adopted, Partly, NotAdopted }

/// <param name="Reason">Always there where it is not shown.</param>
public sealed record Moderation(bool Publish, string? Reason, DateTimeOffset At, string By);

/// <summary>One decision on a comment, kept when later ones replace it: shown or not, or answered.</summary>
public sealed record CommentDecision(DateTimeOffset At, string By, Moderation? Moderation, CommentResponse? Response);

/// <param name="ForGroup">Given to all like comments at once.</param>
public sealed record CommentResponse(Adoption Adopted, string Text, DateTimeOffset At, string By, bool ForGroup = false);

/// <param name="Phone">E.164.</param>
public sealed record CommentContact(string? Name, string? Phone);

/// <summary>A text under a data key of its own: without the key it is gone.</summary>
public sealed record SealedText(WrappedKey Key, byte[] Value)
{
    public static SealedText Of(KeyRing keys, string text, string context)
    {
        using var key = keys.NewDataKey();
        return new(keys.Wrap(key), key.Seal(System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetBytes(context)));
    }

    /// <exception cref="CryptographicException">Another key, or a changed value.</exception>
    public string Open(KeyRing keys, string context)
    {
        using var key = keys.Unwrap(Key);
        return System.Text.Encoding.UTF8.GetString(key.Open(Value, System.Text.Encoding.UTF8.GetBytes(context)));
    }
}

/// <summary>One comment 公众意见. The writer's name and phone lie sealed in a row of their own, which is all that erasing them takes.</summary>
public sealed record Comment
{
    public required string Id { get; init; }
    public required string ConsultationId { get; init; }

    /// <summary>The section's place; null for the whole.</summary>
    public int? Section { get; init; }

    /// <summary>Null once erased.</summary>
    public SealedText? Text { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
    public required CommentChannel Channel { get; init; }
    public required CommentState State { get; init; }

    /// <summary>Like comments share it; the id of the first of them, or its own.</summary>
    public required string GroupId { get; init; }

    public Moderation? Moderation { get; init; }
    public CommentResponse? Response { get; init; }
    public bool HasContact { get; init; }

    /// <summary>Where it has to be confirmed: when its code was made, engine time.</summary>
    public DateTimeOffset? CodeAt { get; init; }

    /// <summary>Numbers for the ticket that its alarm words raise.</summary>
    public string? AlarmNumbers { get; init; }

    public static string NewId() => "m" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 15);

    public static bool IsId(string id) => id is ['m', ..] && id.Length <= 32 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    /// <summary>Counts towards the figures: what somebody has said, and no more than that.</summary>
    [JsonIgnore]
    public bool Counts => State != CommentState.Unconfirmed;

    [JsonIgnore]
    public bool IsUnanswered => Response is null && State is CommentState.Held or CommentState.Published && Text is not null;

    /// <summary>The lists it stands in: a pure function of it, as <see cref="CommentList"/> reads them. Newest first where people read, oldest first where they work.</summary>
    public IEnumerable<string> ListKeys()
    {
        if (!Counts)
            yield break;
        var newest = KeyPart.Descending(ReceivedAt);
        yield return CommentList.All.Key(this, newest);
        yield return CommentList.Group(GroupId).Key(this, ReceivedAt);
        switch (State)
        {
            case CommentState.Held:
                yield return CommentList.Held.Key(this, ReceivedAt);
                break;
            case CommentState.Refused:
                yield return CommentList.Refused.Key(this, newest);
                break;
            case CommentState.Published when Text is not null:
                yield return CommentList.Published.Key(this, newest);
                yield return CommentList.InSection(Section).Key(this, newest);
                break;
        }

        if (IsUnanswered)
            yield return CommentList.Unanswered.Key(this, ReceivedAt);
    }
}

/// <summary>A list of comments: the parts of its keys before time and id.</summary>
public sealed record CommentList(string Name, string? Of = null)
{
    public static readonly CommentList All = new("all");
    public static readonly CommentList Held = new("held");
    public static readonly CommentList Refused = new("refused");
    public static readonly CommentList Published = new("published");
    public static readonly CommentList Unanswered = new("unanswered");

    /// <summary>Published ones on a section, or on the whole.</summary>
    public static CommentList InSection(int? place) => new("in", place is { } at ? at.ToString("D3", System.Globalization.CultureInfo.InvariantCulture) : "whole");

    public static CommentList Group(string groupId) => new("group", groupId);

    public KeyRange RangeIn(string consultationId) => Of is null ? Keys.Under("c", consultationId, "i", Name) : Keys.Under("c", consultationId, "i", Name, Of);

    public string Key(Comment c, KeyPart time) => Of is null ? Keys.Of("c", c.ConsultationId, "i", Name, time, c.Id) : Keys.Of("c", c.ConsultationId, "i", Name, Of, time, c.Id);
}
