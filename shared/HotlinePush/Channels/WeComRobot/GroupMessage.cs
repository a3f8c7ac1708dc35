using System.Collections.Immutable;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;

namespace HotlinePush.Channels.WeComRobot;

[CamelCaseWords]
public enum GroupMessageKind { Text, Markdown, News }

/// <summary>One of the articles of a message of kind <c>news</c>.</summary>
public sealed record GroupArticle(string Title, string Url, string? Description = null, string? PicUrl = null);

/// <summary>What is posted: one of the three, by its kind. The same for every group; nothing of any recipient stands in it.</summary>
public sealed record GroupContent(GroupMessageKind Kind, string? Text = null, string? Markdown = null, ImmutableArray<GroupArticle> Articles = default);

/// <summary>A message to groups, as it was handed in. It does not change any more.</summary>
/// <param name="UnitId">The publisher's; null: a supervisor's or an admin's.</param>
/// <param name="NoticeId">The notice it tells of.</param>
public sealed record GroupMessage(string Id, string? UnitId, GroupContent Content, string? NoticeId, Actor By, DateTimeOffset At, int Groups)
{
    public bool MayBeSeenBy(Actor actor) => actor.Role switch
    {
        Role.Publisher or Role.Reviewer => actor.UnitId == UnitId,
        Role.Supervisor or Role.Admin => true,
        _ => false,
    };
}

/// <summary>The message in one group: posted once, or its end is not known and it is left alone.</summary>
/// <param name="Row">Its place in the message.</param>
/// <param name="No">Attempts so far.</param>
/// <param name="Tries">Those refused for the moment, outages not counted.</param>
/// <param name="ClaimedUntil">Engine time after which a row still <c>Sending</c> has lost its worker.</param>
/// <param name="NotBefore">Engine time of the next attempt.</param>
public sealed record GroupDelivery(
    int Row, string RobotId, string Name, DeliveryState State, DateTimeOffset Since, int No = 0, int Tries = 0, DateTimeOffset? At = null, DateTimeOffset? ClaimedUntil = null,
    DateTimeOffset? NotBefore = null, string? Why = null);
