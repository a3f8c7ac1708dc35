using System.Text;
using System.Text.Json;
using HotlinePush.Audiences;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Channels.WeComRobot;

/// <summary>The city's robots: few enough to stand in one partition and be read together.</summary>
public sealed class GroupRobotStore(ITableStore store, KeyRing keys)
{
    public const string Table = "group-robots";
    public const int MaxRobots = 500;
    private const string Partition = "all";

    public byte[] Seal(string id, string key) => SealedRow.Seal(keys, Encoding.ASCII.GetBytes(key), id);

    public string Open(GroupRobot robot) => Encoding.ASCII.GetString(SealedRow.Open(keys, robot.SealedKey, robot.Id) ?? []);

    public async Task<(GroupRobot Robot, ETag ETag)?> ReadAsync(string id, CancellationToken ct) =>
        GroupRobot.IsId(id) && await store.ReadAsync(Table, Partition, Keys.Of(id), ct) is { } row ? (Read(row), row.ETag) : null;

    /// <summary>All of them, by name.</summary>
    public async Task<IReadOnlyList<GroupRobot>> ReadAllAsync(CancellationToken ct)
    {
        var page = await store.ReadRangeAsync(Table, Partition, new("!", "~"), 1_000, null, ct);
        return [.. page.Rows.Select(Read).OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    /// <param name="before">Null for a new one.</param>
    /// <returns>False where somebody was faster, or the id is taken.</returns>
    public async Task<bool> WriteAsync(GroupRobot robot, ETag? before, CancellationToken ct)
    {
        var (batch, value) = (new Batch(Table, Partition), JsonSerializer.SerializeToUtf8Bytes(robot, MessageJson.Options));
        return (await store.CommitAsync(before is { } tag ? batch.Replace(Keys.Of(robot.Id), tag, value) : batch.Insert(Keys.Of(robot.Id), value), ct)).Committed;
    }

    /// <summary>Its key goes with it.</summary>
    public async Task<bool> RemoveAsync(string id, ETag before, CancellationToken ct) =>
        (await store.CommitAsync(new Batch(Table, Partition).DeleteIf(Keys.Of(id), before), ct)).Committed;

    private static GroupRobot Read(Row row) => JsonSerializer.Deserialize<GroupRobot>(row.Value.Span, MessageJson.Options)!;
}
