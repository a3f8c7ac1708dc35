using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HotlinePush.Storage;
using Microsoft.Extensions.Options;

namespace HotlinePush.Web;

/// <summary>
/// Counts wrong tracking codes by address and by ticket number, and wrong sign-ins by address, in the table store, so that the limits hold across instances.
/// Windows are whole minutes of engine time.
/// </summary>
/// <remarks>
/// A number under attack blocks only addresses that have themselves guessed wrong in the same minute: otherwise anyone could lock a
/// resident out of her own ticket. Rows: table <c>quotas</c>, partition by day, row <c>minute|kind|hash</c>, value a count.
/// Neither address nor number is stored in the clear.
/// </remarks>
public sealed class CodeGuesses(ITableStore store, TimeProvider engine, IOptions<HotlineWebOptions> options)
{
    public const string Table = "quotas";
    private const int Attempts = 5;

    /// <summary>Null, or the refusal (429) for a look-up by code. To be asked before the code is compared.</summary>
    /// <param name="addressKey">From <see cref="ClientAddress.KeyOf"/>.</param>
    /// <param name="number">As given, whether there is such a ticket or not.</param>
    public async Task<Refusal?> CheckAsync(string addressKey, string number, CancellationToken ct = default)
    {
        if (options.Value.NoLimits)
            return null;
        var window = Window.At(engine.GetUtcNow());
        var byAddress = (await ReadAsync(window, AddressRow(window, addressKey), ct)).Count;
        if (byAddress == 0)
            return null;
        if (byAddress < options.Value.WrongCodesPerAddress
            && (await ReadAsync(window, NumberRow(window, number), ct)).Count < options.Value.WrongCodesPerNumber)
            return null;
        return new("tooManyGuesses", "查询码错误次数过多，请一分钟后重试。");
    }

    /// <summary>Seconds until the window ends, for <c>Retry-After</c>.</summary>
    public int RetryAfterSeconds => 60 - engine.GetUtcNow().Second;

    /// <summary>One wrong code. A lost race against other guesses is tried again a few times, then let go: the others counted.</summary>
    public async Task CountAsync(string addressKey, string number, CancellationToken ct = default)
    {
        if (options.Value.NoLimits)
            return;
        var window = Window.At(engine.GetUtcNow());
        for (var i = 0; i < Attempts && !await AddOneAsync(window, [AddressRow(window, addressKey), NumberRow(window, number)], ct); i++)
        {
        }
    }

    private async Task<bool> AddOneAsync(Window window, string[] rows, CancellationToken ct)
    {
        var batch = new Batch(Table, window.Partition);
        foreach (var row in rows)
        {
            var (count, etag) = await ReadAsync(window, row, ct);
            var value = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(value, count + 1);
            if (etag is { } known)
                batch.Replace(row, known, value);
            else
                batch.Insert(row, value);
        }

        return (await store.CommitAsync(batch, ct)).Committed;
    }

    /// <summary>Null, or the refusal (429) for a sign-in. To be asked before name, password or key are looked at.</summary>
    public async Task<Refusal?> CheckSignInAsync(string addressKey, CancellationToken ct = default)
    {
        if (options.Value.NoLimits)
            return null;
        var window = Window.At(engine.GetUtcNow());
        return (await ReadAsync(window, SignInRow(window, addressKey), ct)).Count < options.Value.WrongSignInsPerAddress
            ? null
            : new("tooManySignIns", "登录失败次数过多，请一分钟后重试。");
    }

    public async Task CountSignInAsync(string addressKey, CancellationToken ct = default)
    {
        if (options.Value.NoLimits)
            return;
        var window = Window.At(engine.GetUtcNow());
        for (var i = 0; i < Attempts && !await AddOneAsync(window, [SignInRow(window, addressKey)], ct); i++)
        {
        }
    }

    /// <summary>Deletes the counts of a past day (UTC); to be run daily. Returns how many rows went.</summary>
    public async Task<int> PurgeAsync(DateOnly day, CancellationToken ct = default)
    {
        var deleted = 0;
        string? continuation = null;
        do
        {
            var page = await store.ReadRangeAsync(Table, Keys.Of(day), new("!", "~"), Batch.MaxOperations, continuation, ct);
            if (page.Rows.Count > 0)
            {
                var batch = new Batch(Table, Keys.Of(day));
                foreach (var row in page.Rows)
                    batch.Delete(row.Key);
                await store.CommitAsync(batch, ct);
                deleted += page.Rows.Count;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return deleted;
    }

    private async Task<(int Count, ETag? ETag)> ReadAsync(Window window, string row, CancellationToken ct) =>
        await store.ReadAsync(Table, window.Partition, row, ct) is { } found
            ? (BinaryPrimitives.ReadInt32BigEndian(found.Value.Span), found.ETag)
            : (0, null);

    private static string AddressRow(Window window, string address) => Keys.Of(window.Minute, "a", Hash(address));

    private static string SignInRow(Window window, string address) => Keys.Of(window.Minute, "s", Hash(address));

    private static string NumberRow(Window window, string number) => Keys.Of(window.Minute, "n", Hash(number));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private readonly record struct Window(string Partition, string Minute)
    {
        public static Window At(DateTimeOffset now) =>
            new(Keys.Of(DateOnly.FromDateTime(now.UtcDateTime)), now.UtcDateTime.ToString("HHmm", CultureInfo.InvariantCulture));
    }
}
