using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Storage;

/// <summary>
/// The enumerable set of partitions that may hold pending messages and moments: 256 shards of one table.
/// Everything that owes a message or a reminder (tickets, set-up, jobs) lives in one of them,
/// so a sweep over the set misses nothing.
/// </summary>
public readonly record struct WorkShard(byte Index)
{
    public const string Table = "work";
    public const int Count = 256;

    public string Partition => Names[Index];

    /// <summary>The shard of an aggregate, fixed for its life: the first byte of the SHA-256 of its id.</summary>
    public static WorkShard Of(string aggregateId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(aggregateId))[0]);

    /// <summary>Whether a partition is one of the set.</summary>
    public static bool Is(string partition) => partition is [var high, var low] && char.IsAsciiHexDigitLower(high) && char.IsAsciiHexDigitLower(low);

    public static IEnumerable<WorkShard> All => Enumerable.Range(0, Count).Select(i => new WorkShard((byte)i));

    private static readonly string[] Names = [.. Enumerable.Range(0, Count).Select(i => i.ToString("x2"))];
}
