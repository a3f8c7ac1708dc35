using HotlinePush.Clocks;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HotlinePush.Channels.WeComRobot;

/// <param name="Key">Masked.</param>
public sealed record GroupRobotAnswer(string Id, string UnitId, string Name, string Key, DateTimeOffset AddedAt, string AddedBy)
{
    public static GroupRobotAnswer Of(GroupRobot r) => new(r.Id, r.UnitId, r.Name, r.Masked, r.AddedAt, r.AddedBy.Id);
}

/// <summary><c>/group-robots</c>: the groups that can be written to. A publisher has its unit's, supervisors and admins all.</summary>
public static class GroupRobotEndpoints
{
    private static readonly Role[] Readers = [Role.Publisher, Role.Reviewer, Role.Supervisor, Role.Admin];
    internal static readonly Role[] Writers = [Role.Publisher, Role.Supervisor, Role.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        var robots = api.MapGroup("/group-robots").WithTags("groups");
        robots.MapGet("", ListAsync).RequireRole(Readers).Produces<Page<GroupRobotAnswer>>().WithSummary("群机器人 (group robots)");
        robots.MapPost("", CreateAsync).RequireRole(Writers).Produces<GroupRobotAnswer>(StatusCodes.Status201Created).WithSummary("登记群机器人 (add a group robot)");
        robots.MapPut("{id}", ReplaceAsync).RequireRole(Writers).Produces<GroupRobotAnswer>().WithSummary("修改群机器人 (rename it, or give it another key)");
        robots.MapDelete("{id}", RemoveAsync).RequireRole(Writers).WithSummary("删除群机器人 (remove it and its key)");
    }

    private static async Task<object> ListAsync(ListQuery list, HttpContext http, GroupRobotStore store, CancellationToken ct)
    {
        var actor = http.GetActor();
        IReadOnlyList<GroupRobotAnswer> mine = [.. (await store.ReadAllAsync(ct)).Where(r => r.MayBeUsedBy(actor)).Select(GroupRobotAnswer.Of)];
        if (!list.TryRead<Position>(out var after))
            return Cursor.Bad;
        var rest = after is null ? mine : [.. mine.SkipWhile(r => r.Id != after.Id).Skip(1)];
        return TypedResults.Ok(new Page<GroupRobotAnswer>([.. rest.Take(list.Limit)], rest.Count > list.Limit ? Cursor.Write(new Position(rest[list.Limit - 1].Id)) : null));
    }

    private sealed record Position(string Id);

    private static Task<IResult> CreateAsync(
        JsonBody<GroupRobotBody> body, HttpContext http, GroupRobotStore store, CitySource cities, WeComSettings settings, ProductClock clock, CancellationToken ct) => IdempotentCreate.RunAsync(
        http,
        GroupRobot.NewId,
        async id =>
        {
            var (actor, asked) = (http.GetActor(), body.Value);
            var (key, refusal) = asked.Read(await cities.GetAsync(ct), settings, isNew: true);
            if (refusal is not null)
                return Reply.Refused(refusal);
            if ((actor.UnitId ?? asked.UnitId) is not { } unit)
                return Reply.Refused(Refusal.Of("required", "unitId", "请注明由哪个单位使用。"));
            if (actor.UnitId is not null && asked.UnitId is not null && asked.UnitId != unit)
                return Reply.Refused(new("forbidden", "只能登记本单位的群机器人。"));
            if ((await store.ReadAllAsync(ct)).Count >= GroupRobotStore.MaxRobots)
                return Reply.Refused(Refusal.Of("outOfRange", "", $"群机器人最多{GroupRobotStore.MaxRobots}个。"));
            var robot = new GroupRobot(id, unit, asked.Name.Trim(), store.Seal(id, key!), RobotKey.Mask(key!), actor, clock.GetUtcNow(), 1);
            if (!await store.WriteAsync(robot, null, ct))
                return Created((await store.ReadAsync(id, ct))!.Value.Robot);
            await http.TraceAsync("groupRobotAdded", id, robot.Name);
            return Created(robot);
        },
        async id => await store.ReadAsync(id, ct) is { Robot: var robot } ? Created(robot) : null);

    private static Reply Created(GroupRobot robot) => Reply.Created(GroupRobotAnswer.Of(robot), "/api/v1/group-robots/" + robot.Id, robot.Seq);

    private static async Task<object> ReplaceAsync(string id, JsonBody<GroupRobotBody> body, HttpContext http, GroupRobotStore store, CitySource cities, WeComSettings settings, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not ({ } robot, var etag) || !robot.MayBeUsedBy(http.GetActor()))
            return Problems.NotFoundHere;
        var (key, refusal) = body.Value.Read(await cities.GetAsync(ct), settings, isNew: false);
        if ((refusal ?? http.Request.IfMatch().Check(robot.Seq)) is { } no)
            return no;
        if (body.Value.UnitId is { } unit && unit != robot.UnitId)
            return Refusal.Of("badValue", "unitId", "群机器人的使用单位不能修改，请删除后重新登记。");
        var after = robot with { Name = body.Value.Name.Trim(), Seq = robot.Seq + 1 };
        if (key is not null)
            after = after with { SealedKey = store.Seal(id, key), Masked = RobotKey.Mask(key) };
        if (!await store.WriteAsync(after, etag, ct))
            return Problems.SomebodyWasFaster;
        await http.TraceAsync("groupRobotChanged", id, after.Name);
        http.Response.SetVersion(after.Seq);
        return TypedResults.Ok(GroupRobotAnswer.Of(after));
    }

    private static async Task<object> RemoveAsync(string id, HttpContext http, GroupRobotStore store, CancellationToken ct)
    {
        if (await store.ReadAsync(id, ct) is not ({ } robot, var etag) || !robot.MayBeUsedBy(http.GetActor()))
            return Problems.NotFoundHere;
        if (http.Request.IfMatch().Check(robot.Seq) is { } no)
            return no;
        if (!await store.RemoveAsync(id, etag, ct))
            return Problems.SomebodyWasFaster;
        await http.TraceAsync("groupRobotRemoved", id, robot.Name);
        return TypedResults.NoContent();
    }
}
