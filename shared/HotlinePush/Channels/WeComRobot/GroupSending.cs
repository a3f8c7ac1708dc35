using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices.Sending;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeComRobot;

/// <param name="Row">Which of its groups.</param>
public sealed record PostToGroup(string MessageId, int Row);

/// <summary>
/// Posts a message to one group under the same promises as a text to a person: claimed before the call, called once, and what is not known to
/// have been refused is never called again. Twenty a minute of each robot, over all instances.
/// </summary>
public sealed class GroupSending(
    GroupMessageStore messages, GroupRobotStore robots, IGroupChannel channel, SlotStore slots, IMessageBus bus, MessageCatalogue catalogue, ProductClock clock, ILogger<GroupSending> log)
{
    public const string MessageType = "group.post.v1";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BeginWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CallWithin = TimeSpan.FromSeconds(20);
    private const int MostTries = 20;

    /// <summary>Goes into the catalogue.</summary>
    public static MessageCatalogue AddTo(MessageCatalogue messages) =>
        messages.Add<PostToGroup, GroupSending>(MessageType, Queues.Notices, SendingMessages.Retry, (h, m, ct) => h.HandleAsync(m, ct));

    /// <summary>Goes into the batch that makes the message.</summary>
    internal static PendingMessage First(MessageCatalogue catalogue, string messageId, int row) =>
        catalogue.Message(MessageType, string.Create(CultureInfo.InvariantCulture, $"{messageId}-{row}"), new PostToGroup(messageId, row));

    internal async Task HandleAsync(PostToGroup message, CancellationToken ct)
    {
        if (await messages.ReadDeliveryAsync(message.MessageId, message.Row, ct) is not ({ } delivery, var etag) || await messages.ReadAsync(message.MessageId, ct) is not { } head)
            return;
        var now = clock.Engine.GetUtcNow();
        switch (delivery)
        {
            case { State: DeliveryState.Sending } when delivery.ClaimedUntil > now:
                // Somebody is at it; if that worker is lost, this finds out.
                await AgainAsync(message, delivery.ClaimedUntil.Value, ct);
                return;
            case { State: DeliveryState.Sending }:
                await messages.CommitAsync(message.MessageId, GroupRules.Lose(delivery), etag, ct);
                return;
            case { State: not DeliveryState.Queued }:
                return;
            case { NotBefore: { } notBefore } when notBefore > now:
                await AgainAsync(message, notBefore, ct);
                return;
        }

        if (await robots.ReadAsync(delivery.RobotId, ct) is not { Robot: var robot })
        {
            await messages.CommitAsync(message.MessageId, GroupRules.Fail(delivery, "robotRemoved"), etag, ct);
            return;
        }

        var useBefore = DateTimeOffset.MaxValue;
        if (channel.Limits is { Calls: < int.MaxValue } limits)
        {
            var grant = await slots.TakeAsync("robot-" + robot.Id, limits.Calls, limits.Window, 1, now, ct);
            if (grant.Count == 0)
            {
                await AgainAsync(message, grant.NextAt, ct);
                return;
            }

            useBefore = grant.UseBefore;
        }

        var claimedAt = clock.Engine.GetUtcNow();
        var claim = GroupRules.Claim(delivery, clock.GetUtcNow(), claimedAt + Lease);
        if (!await messages.CommitAsync(message.MessageId, claim, etag, ct))
            return;
        var began = clock.Engine.GetUtcNow();
        if (began > useBefore || began > claimedAt + BeginWithin)
            await NoteAsync(message, d => d.No == claim.No && d.State == DeliveryState.Sending ? GroupRules.Release(d, began) : d);
        else
        {
            var outcome = await CallAsync(head, claim, robot);
            await NoteAsync(message, d => GroupRules.End(d, claim.No, outcome, clock.Engine.GetUtcNow()));
        }
    }

    private async Task<SendOutcome> CallAsync(GroupMessage head, GroupDelivery claim, GroupRobot robot)
    {
        var deliveryId = string.Create(CultureInfo.InvariantCulture, $"{head.Id}-{claim.Row}");
        var text = new GroupText(string.Create(CultureInfo.InvariantCulture, $"{deliveryId}-{claim.No}"), deliveryId, robot.Name, robots.Open(robot), head.Content, head.NoticeId);
        using var cut = new CancellationTokenSource(CallWithin, clock.Engine);
        try
        {
            // Not cut when the host stops: what has begun is better known.
            return await channel.SendAsync(text, cut.Token).WaitAsync(CallWithin + BeginWithin, clock.Engine, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Its message could hold the key.
            log.LogError("The group channel threw {Exception}; the end of {Delivery} is not known", e.GetType().Name, deliveryId);
            return new SendOutcome.Unknown("channelFailed");
        }
    }

    /// <summary>Writes what is known now; nothing of this is given up while the store answers. What is to be tried again is sent for.</summary>
    private async Task NoteAsync(PostToGroup message, Func<GroupDelivery, GroupDelivery> note)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var (delivery, etag) = (await messages.ReadDeliveryAsync(message.MessageId, message.Row, CancellationToken.None))!.Value;
            var after = note(delivery);
            if (!ReferenceEquals(after, delivery) && !await messages.CommitAsync(message.MessageId, after, etag, CancellationToken.None))
                continue;
            if (after is { State: DeliveryState.Queued })
                await AgainAsync(message, after.NotBefore ?? clock.Engine.GetUtcNow(), CancellationToken.None);
            return;
        }

        throw new TableStoreException($"Row {message.Row} of message {message.MessageId} is changed by too many at once.", isTransient: true);
    }

    // A name of its own, so that no earlier one hides it.
    private Task AgainAsync(PostToGroup message, DateTimeOffset at, CancellationToken ct) =>
        bus.SendAsync([catalogue.Message(MessageType, $"{message.MessageId}-{message.Row}-{Guid.NewGuid():N}", message, at).ToOutgoing()], ct);
}
