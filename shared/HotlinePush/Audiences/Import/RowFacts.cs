using System.Runtime.InteropServices;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Storage;

namespace HotlinePush.Audiences.Import;

internal enum Verdict : byte { Kept, Bad, Duplicate, Conflicting }

/// <summary>What the whole list must know of one row before any is written: hashes, 0 for none, and whether it is taken.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RowFact(Verdict Verdict, ulong Id, ulong Phone, ulong Email, ulong Household)
{
    public void Write(BinaryWriter to)
    {
        to.Write((byte)Verdict);
        to.Write(Id);
        to.Write(Phone);
        to.Write(Email);
        to.Write(Household);
    }

    public static RowFact Read(BinaryReader from) => new((Verdict)from.ReadByte(), from.ReadUInt64(), from.ReadUInt64(), from.ReadUInt64(), from.ReadUInt64());
}

/// <summary>The facts of all rows: 40 bytes a row in memory, whatever the rows hold.</summary>
internal sealed class RowFacts
{
    private readonly List<RowFact> _rows = [];
    private readonly Dictionary<ulong, int> _phones = [];

    public int Count => _rows.Count;
    public RowFact this[int row] => _rows[row];

    /// <summary>Phones that more than three recipients share.</summary>
    public int SharedPhones { get; private set; }

    public const int SharedFrom = 4;

    public bool IsShared(ulong phone) => phone != 0 && _phones.GetValueOrDefault(phone) >= SharedFrom;

    private void Add(RowFact fact)
    {
        _rows.Add(fact);
        if (fact is not { Verdict: Verdict.Kept, Phone: not 0 })
            return;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_phones, fact.Phone, out _);
        if (++count == SharedFrom)
            SharedPhones++;
    }

    public static async Task<RowFacts> ReadAsync(IFileStore files, string id, DataKey key, CancellationToken ct)
    {
        var facts = new RowFacts();
        using var reader = await SealedReader<RowFact>.OpenAsync(files, id, key, RowFact.Read, default, ct);
        while (await reader.NextAsync(ct))
            facts.Add(reader.Current);
        return facts;
    }

    /// <summary>Members of one household are one, everybody else is one.</summary>
    public int Households()
    {
        var (seen, alone) = (new HashSet<ulong>(), 0);
        foreach (var fact in _rows)
            if (fact.Verdict == Verdict.Kept && (fact.Household == 0 || !seen.Add(fact.Household)))
                alone += fact.Household == 0 ? 1 : 0;
        return seen.Count + alone;
    }

    /// <summary>Of the rows kept, in order, those that have one.</summary>
    public RecipientIndexes.Entry[] Entries(Func<RowFact, ulong> hash)
    {
        var entries = new List<RecipientIndexes.Entry>(_rows.Count);
        var ordinal = 0;
        foreach (var fact in _rows)
            if (fact.Verdict == Verdict.Kept)
            {
                if (hash(fact) is not 0 and var value)
                    entries.Add(new(value, ordinal));
                ordinal++;
            }

        return [.. entries];
    }
}
