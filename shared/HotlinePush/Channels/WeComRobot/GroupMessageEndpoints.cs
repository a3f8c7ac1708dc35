using System.Collections.Immutable;
using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Notices;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Channels.WeComRobot;

/// <param name="Why">A stable word or the provider's code, where it failed, waits or is unknown.</param>
public sealed record GroupDeliveryAnswer(string RobotId, string Name, DeliveryState State, int Attempts, DateTimeOffset? At, string? Why);

public sealed record GroupMessageAnswer(
    string Id, GroupMessageKind Kind, string? Text, string? Markdown, IReadOnlyList<GroupArticle>? Articles, string? NoticeId, string? UnitId, DateTimeOffset CreatedAt, string CreatedBy,
    Progress Progress, IReadOnlyList<GroupDeliveryAnswer> Groups)
{
    public static GroupMessageAnswer Of(GroupMessage m, IReadOnlyList<GroupDelivery> groups) => new(
        m.Id, m.Content.Kind, m.Content.Text, m.Content.Markdown, m.Content.Kind == GroupMessageKind.News ? m.Content.Articles : null, m.NoticeId, m.UnitId, m.At, m.By.Id,
        GroupRules.ProgressOf(groups), [.. groups.Select(d => new GroupDeliveryAnswer(d.RobotId, d.Name, d.State, d.No, d.At, d.Why))]);
}

/// <summary><c>/group-messages</c>: one message to several groups, and what became of it in each.</summary>
public static class GroupMessageEndpoints
{
    private static readonly Role[] Readers = [Role.Publisher, Role.Reviewer, Role.Supervisor, Role.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/group-messages").WithTags("groups");
        group.MapGet("", ListAsync).RequireRole(Readers).Produces<Page<GroupMessageAnswer>>().WithSummary("群消息 (messages to groups)");
        group.MapPost("", CreateAsync).RequireRole(GroupRobotEndpoints.Writers).Produces<GroupMessageAnswer>(StatusCodes.Status201Created).WithSummary("发送群消息 (post to groups)");
        group.MapGet("{id}", GetAsync).RequireRole(Readers).Produces<GroupMessageAnswer>().WithSummary("一条群消息及各群进度 (a message and its groups)");
    }

    private sealed record Position(string Row);

    private static async Task<object> ListAsync(ListQuery list, HttpContext http, GroupMessageStore store, CancellationToken ct)
    {
        if (!list.TryRead<Position>(out var after) || (after is not null && !Keys.IsKey(after.Row)))
            return Cursor.Bad;
        var actor = http.GetActor();
        var (items, last) = await store.ReadListAsync(actor.Role is Role.Publisher or Role.Reviewer ? actor.UnitId : null, after?.Row, list.Limit, ct);
        var answers = await Task.WhenAll(items.Where(m => m.MayBeSeenBy(actor)).Select(async m => GroupMessageAnswer.Of(m, await store.ReadDeliveriesAsync(m.Id, ct))));
        return TypedResults.Ok(new Page<GroupMessageAnswer>(answers, last is null ? null : Cursor.Write(new Position(last))));
    }

    private static async Task<object> GetAsync(string id, HttpContext http, GroupMessageStore store, CancellationToken ct) =>
        await store.ReadAsync(id, ct) is { } message && message.MayBeSeenBy(http.GetActor())
            ? TypedResults.Ok(GroupMessageAnswer.Of(message, await store.ReadDeliveriesAsync(id, ct)))
            : Problems.NotFoundHere;

    private static Task<IResult> CreateAsync(
        JsonBody<GroupMessageBody> body, HttpContext http, GroupMessageStore store, GroupRobotStore robots, NoticeStore notices, MessageCatalogue catalogue, ProductClock clock, CancellationToken ct) => IdempotentCreate.RunAsync(
        http,
        GroupRobot.NewId,
        async id =>
        {
            var (asked, actor) = (body.Value, http.GetActor());
            if (GroupMessageChecks.Of(asked) is { } wrong)
                return Reply.Refused(wrong);
            var check = new Check();
            var groups = await GroupsAsync(asked, actor, robots, check, clock.Engine.GetUtcNow(), ct);
            if (asked.NoticeId is { } noticeId)
                check.That(await notices.ReadAsync(noticeId, ct) is { Notice: var notice } && NoticeRules.MaySee(notice, actor), "noticeId", "unknownNotice", "没有这则通知。");
            if (Units.SetupChecks.Result(check) is { } refusal)
                return Reply.Refused(refusal);
            var message = new GroupMessage(id, actor.UnitId, asked.ToContent(), asked.NoticeId, actor, clock.GetUtcNow(), groups.Length);
            return await store.CreateAsync(message, groups, [.. groups.Select(g => GroupSending.First(catalogue, id, g.Row))], ct)
                ? Created(message, groups)
                : await CreatedAsync(store, (await store.ReadAsync(id, ct))!, ct);
        },
        async id => await store.ReadAsync(id, ct) is { } message ? await CreatedAsync(store, message, ct) : null);

    private static async Task<ImmutableArray<GroupDelivery>> GroupsAsync(GroupMessageBody asked, Actor actor, GroupRobotStore robots, Check check, DateTimeOffset now, CancellationToken ct)
    {
        var groups = ImmutableArray.CreateBuilder<GroupDelivery>();
        for (var i = 0; i < asked.RobotIds.Count; i++)
        {
            if (await robots.ReadAsync(asked.RobotIds[i], ct) is { Robot: var robot } && robot.MayBeUsedBy(actor))
                groups.Add(new(i, robot.Id, robot.Name, DeliveryState.Queued, now));
            else
                check.Add($"robotIds[{i}]", "unknownRobot", "没有这个群机器人。");
        }

        return groups.ToImmutable();
    }

    private static async Task<Reply> CreatedAsync(GroupMessageStore store, GroupMessage message, CancellationToken ct) => Created(message, await store.ReadDeliveriesAsync(message.Id, ct));

    private static Reply Created(GroupMessage message, IReadOnlyList<GroupDelivery> groups) => Reply.Created(GroupMessageAnswer.Of(message, groups), "/api/v1/group-messages/" + message.Id);
}
