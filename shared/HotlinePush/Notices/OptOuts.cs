using System.Buffers.Binary;
using HotlinePush.Audiences;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Notices;

/// <summary>
/// Who wants no more notices of an office, or of none: sorted keyed hashes of phones, e-mail addresses and openids, in sixteen rows an office.
/// A page of a thousand recipients is checked with sixteen reads, however many have opted out.
/// </summary>
public sealed class OptOuts(ITableStore store, KeyRing keys)
{
    public const string Table = "opt-outs";

    /// <summary>Stands for every office: a reply of TD 退订 does not say whose.</summary>
    public const string EveryOffice = "all";

    private const string Purpose = "optOut";
    private const int Rows = 16;
    private const int MostTries = 50;

    /// <param name="unitId">The office, or <see cref="EveryOffice"/>.</param>
    /// <param name="contact">Phone in E.164, e-mail address, openid.</param>
    public Task AddAsync(string unitId, string contact, CancellationToken ct) =>
        ChangeAsync(unitId, keys.IndexNumber(Purpose, Normal(contact)), (numbers, n) => Array.BinarySearch(numbers, n) is var at and < 0 ? [.. numbers[..~at], n, .. numbers[~at..]] : numbers, ct);

    public async Task RemoveAsync(string unitId, string contact, CancellationToken ct)
    {
        foreach (var number in keys.IndexNumbers(Purpose, Normal(contact)))
            await ChangeAsync(unitId, number, (numbers, n) => Array.IndexOf(numbers, n) < 0 ? numbers : Array.FindAll(numbers, x => x != n), ct);
    }

    /// <summary>Rows of the page whose people opted out by any of their contacts.</summary>
    public async Task<IReadOnlyList<int>> FindAsync(string unitId, RecipientPage page, CancellationToken ct)
    {
        var sets = await Task.WhenAll(ReadAsync(EveryOffice, ct), ReadAsync(unitId, ct));
        if (sets.All(s => s.All(r => r.Length == 0)))
            return [];
        return [.. Enumerable.Range(0, page.Recipients.Count).Where(i => page.Recipients[i] is { } r && Contacts(r).Any(c => keys.IndexNumbers(Purpose, Normal(c)).Any(IsIn)))];

        bool IsIn(ulong number) => sets.Any(s => Array.BinarySearch(s[RowOf(number)], number) >= 0);
    }

    private static IEnumerable<string> Contacts(Recipient r) => new[] { r.Phone, r.Email, r.OpenId }.OfType<string>();

    private async Task<ulong[][]> ReadAsync(string unitId, CancellationToken ct)
    {
        var rows = new ulong[Rows][];
        Array.Fill(rows, []);
        var page = await store.ReadRangeAsync(Table, Keys.Of(unitId), Keys.Under("x"), Rows, null, ct);
        foreach (var row in page.Rows)
            rows[int.Parse(Keys.Split(row.Key)[1], System.Globalization.CultureInfo.InvariantCulture)] = Decode(row.Value.Span);
        return rows;
    }

    private async Task ChangeAsync(string unitId, ulong number, Func<ulong[], ulong, ulong[]> change, CancellationToken ct)
    {
        var (partition, key) = (Keys.Of(unitId), Keys.Of("x", KeyPart.Short(RowOf(number), 2)));
        for (var tries = 0; tries < MostTries; tries++)
        {
            var row = await store.ReadAsync(Table, partition, key, ct);
            var before = row is null ? [] : Decode(row.Value.Span);
            var after = change(before, number);
            if (ReferenceEquals(before, after))
                return;
            var batch = new Batch(Table, partition);
            if ((await store.CommitAsync(row is null ? batch.Insert(key, Encode(after)) : batch.Replace(key, row.ETag, Encode(after)), ct)).Committed)
                return;
        }

        throw new TableStoreException("The opt-outs of an office are changed by too many at once.", isTransient: true);
    }

    private static int RowOf(ulong number) => (int)(number >> 60);

    private static string Normal(string contact) => contact.Contains('@', StringComparison.Ordinal) ? contact.ToLowerInvariant() : contact;

    // The first byte keeps a row that has emptied from being an empty value.
    private static byte[] Encode(ulong[] numbers)
    {
        var bytes = new byte[1 + numbers.Length * 8];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + i * 8), numbers[i]);
        return bytes;
    }

    private static ulong[] Decode(ReadOnlySpan<byte> bytes)
    {
        var numbers = new ulong[(bytes.Length - 1) / 8];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(1 + i * 8)..]);
        return numbers;
    }
}
