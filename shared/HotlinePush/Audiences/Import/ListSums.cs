using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace HotlinePush.Audiences.Import;

/// <summary>What is known of a list that is being written: folded page by page, kept with the job, so that work repeated after a crash begins from the same.</summary>
/// <param name="Chain">Hash of the pages so far.</param>
internal sealed record ListSums(int Recipients, int Pages, string Chain, ImmutableArray<ListColumn> Columns, ListCounts Counts)
{
    public static ListSums Start(IEnumerable<string> columns) =>
        new(0, 0, Convert.ToHexStringLower(SHA256.HashData("HotlinePush list 1"u8)), [.. columns.Select(c => new ListColumn(c, 0, 0, null, null, null))], new(0, 0, 0, 0, 0, 0, 0));

    /// <summary>The next whole page, or the last.</summary>
    public ListSums Add(IReadOnlyList<Recipient> page, IReadOnlyList<byte[]> canonical)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(Chain));
        Span<byte> length = stackalloc byte[4];
        foreach (var bytes in canonical)
        {
            BitConverter.TryWriteBytes(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        var columns = Columns.ToArray();
        var at = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Length; i++)
            at[columns[i].Name] = i;
        var counts = Counts;
        foreach (var recipient in page)
        {
            counts = counts with
            {
                Phones = counts.Phones + (recipient.Phone is null ? 0 : 1),
                Emails = counts.Emails + (recipient.Email is null ? 0 : 1),
                OpenIds = counts.OpenIds + (recipient.OpenId is null ? 0 : 1),
                Addresses = counts.Addresses + (recipient.Address is null ? 0 : 1),
                Unreachable = counts.Unreachable + (recipient is { Phone: null, Email: null, OpenId: null, Address: null } ? 1 : 0),
            };
            foreach (var (name, value) in recipient.Fields)
                if (at.TryGetValue(name, out var i))
                    columns[i] = Add(columns[i], value);
        }

        return new(Recipients + page.Count, Pages + 1, Convert.ToHexStringLower(hash.GetHashAndReset()), [.. columns], counts);
    }

    private static ListColumn Add(ListColumn column, string value)
    {
        column = column with { Filled = column.Filled + 1 };
        // Beyond that a sum of a million could not be held.
        if (!CellText.TryNumber(value, out var number) || Math.Abs(number) > 1_000_000_000_000_000m)
            return column;
        return column with
        {
            Numbers = column.Numbers + 1,
            Sum = (column.Sum ?? 0) + number,
            Min = column.Min is { } min && min <= number ? min : number,
            Max = column.Max is { } max && max >= number ? max : number,
        };
    }
}
