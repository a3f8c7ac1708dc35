using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Storage;

namespace HotlinePush.Web;

/// <summary>
/// Counts that hold across instances, beside those of <see cref="CodeGuesses"/> and purged with them: table <c>quotas</c>, partition by day of the window,
/// row <c>minute|kind|hash</c>. Neither addresses nor numbers are stored in the clear.
/// </summary>
public sealed class Quotas(ITableStore store)
{
    private const int Attempts = 20;

    /// <param name="window">When the window began, engine time; two windows of one kind begin in different minutes.</param>
    /// <returns>How many it makes with this one. Where too many count at once it is as if the limit were reached.</returns>
    public async Task<int> AddAsync(DateTimeOffset window, string kind, string subject, CancellationToken ct = default)
    {
        var partition = Keys.Of(DateOnly.FromDateTime(window.UtcDateTime));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16));
        var row = Keys.Of(window.UtcDateTime.ToString("HHmm", CultureInfo.InvariantCulture), kind, hash);
        for (var i = 0; i < Attempts; i++)
        {
            var found = await store.ReadAsync(CodeGuesses.Table, partition, row, ct);
            var count = (found is null ? 0 : BinaryPrimitives.ReadInt32BigEndian(found.Value.Span)) + 1;
            var value = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(value, count);
            var batch = new Batch(CodeGuesses.Table, partition);
            if ((await store.CommitAsync(found is null ? batch.Insert(row, value) : batch.Replace(row, found.ETag, value), ct)).Committed)
                return count;
        }

        return int.MaxValue;
    }

    /// <summary>The minute, or the hour, a moment lies in.</summary>
    public static DateTimeOffset Window(DateTimeOffset at, TimeSpan length) => new(at.UtcTicks - at.UtcTicks % length.Ticks, TimeSpan.Zero);
}
