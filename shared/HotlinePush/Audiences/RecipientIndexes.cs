using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HotlinePush.Storage;

namespace HotlinePush.Audiences;

internal enum RecipientIndex { Id, Phone, Email }

/// <summary>
/// Sorted indexes of a version: keyed hash to place, a few thousand entries a row, with a directory of first hashes. A look-up reads two rows,
/// and a million recipients cost some hundred rows. A partition an index.
/// </summary>
internal sealed class RecipientIndexes(ITableStore store)
{
    public const string Table = "recipient-index";
    private const int EntryBytes = 12;
    private const int EntriesPerRow = 4_096;
    private const int RowsPerBatch = 50;

    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Entry(ulong Hash, int Ordinal) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => Hash != other.Hash ? Hash.CompareTo(other.Hash) : Ordinal.CompareTo(other.Ordinal);
    }

    private static string PartitionOf(string audienceId, int version, RecipientIndex index) =>
        Keys.Of(audienceId, KeyPart.Short(version), "by", index.ToString().ToLowerInvariant());

    private static string RowOf(int chunk) => Keys.Of("c", KeyPart.Short(chunk));
    private const string Directory = "d";

    /// <summary>Writes the whole index, the directory last. Written again after a crash it is the same.</summary>
    public async Task WriteAsync(string audienceId, int version, RecipientIndex index, Entry[] entries, CancellationToken ct)
    {
        Array.Sort(entries);
        var partition = PartitionOf(audienceId, version, index);
        var chunks = entries.Chunk(EntriesPerRow).ToArray();
        for (var from = 0; from < chunks.Length; from += RowsPerBatch)
        {
            var batch = new Batch(Table, partition);
            for (var i = from; i < Math.Min(chunks.Length, from + RowsPerBatch); i++)
                batch.Insert(RowOf(i), Encode(chunks[i]));
            // Rows that are there are the same, less whom an erasure took out meanwhile.
            await store.CommitAsync(batch, ct);
        }

        var directory = new byte[Math.Max(1, chunks.Length * 8)];
        for (var i = 0; i < chunks.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(directory.AsSpan(i * 8), chunks[i][0].Hash);
        await store.CommitAsync(new Batch(Table, partition).Insert(Directory, directory), ct);
    }

    /// <summary>Places under any of these hashes, in order; the caller compares what lies there.</summary>
    /// <param name="max">Stops there: a phone that a whole village shares.</param>
    public async Task<IReadOnlyList<Place>> FindAsync(string audienceId, int version, RecipientIndex index, IReadOnlyList<ulong> hashes, int max, CancellationToken ct)
    {
        var partition = PartitionOf(audienceId, version, index);
        if (await store.ReadAsync(Table, partition, Directory, ct) is not { Value.Length: >= 8 } directory)
            return [];
        var found = new List<Place>();
        foreach (var hash in hashes)
        {
            for (var chunk = First(directory.Value.Span, hash); chunk >= 0 && found.Count < max; chunk++)
            {
                if (await store.ReadAsync(Table, partition, RowOf(chunk), ct) is not { } row)
                    break;
                var (beyond, places) = Search(row.Value.Span, hash, max - found.Count);
                found.AddRange(places);
                if (beyond)
                    break;
            }
        }

        return found;
    }

    /// <summary>Takes the entries of one place out, so that not even the hash of an erased person stays.</summary>
    public async Task EraseAsync(string audienceId, int version, RecipientIndex index, IReadOnlyList<ulong> hashes, Place place, CancellationToken ct)
    {
        var partition = PartitionOf(audienceId, version, index);
        if (await store.ReadAsync(Table, partition, Directory, ct) is not { Value.Length: >= 8 } directory)
            return;
        var ordinal = place.Page * Place.PageSize + place.Row;
        foreach (var hash in hashes)
        {
            for (var chunk = First(directory.Value.Span, hash); chunk >= 0; chunk++)
            {
                if (await store.ReadAsync(Table, partition, RowOf(chunk), ct) is not { } row)
                    break;
                var entries = Decode(row.Value.Span);
                var kept = Array.FindAll(entries, e => e.Hash != hash || e.Ordinal != ordinal);
                if (kept.Length < entries.Length && !(await store.CommitAsync(new Batch(Table, partition).Replace(row.Key, row.ETag, Encode(kept)), ct)).Committed)
                {
                    chunk--;
                    continue;
                }

                if (entries.Length == 0 || entries[^1].Hash > hash || kept.Length < entries.Length)
                    break;
            }
        }
    }

    public async Task DeleteAsync(string audienceId, int version, CancellationToken ct)
    {
        foreach (var index in Enum.GetValues<RecipientIndex>())
            await store.DeletePartitionAsync(Table, PartitionOf(audienceId, version, index), ct);
    }

    /// <summary>The chunk where entries of the hash begin: equal hashes may lie over several.</summary>
    private static int First(ReadOnlySpan<byte> directory, ulong hash)
    {
        int low = 0, high = directory.Length / 8 - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (BinaryPrimitives.ReadUInt64LittleEndian(directory[(middle * 8)..]) < hash)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static (bool Beyond, List<Place> Places) Search(ReadOnlySpan<byte> row, ulong hash, int max)
    {
        var places = new List<Place>();
        int low = 0, high = row.Length / EntryBytes;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (HashAt(row, middle) < hash)
                low = middle + 1;
            else
                high = middle;
        }

        for (; low < row.Length / EntryBytes && HashAt(row, low) == hash && places.Count < max; low++)
        {
            var ordinal = BinaryPrimitives.ReadInt32LittleEndian(row[(low * EntryBytes + 8)..]);
            places.Add(new(ordinal / Place.PageSize, ordinal % Place.PageSize));
        }

        return (low < row.Length / EntryBytes, places);
    }

    private static ulong HashAt(ReadOnlySpan<byte> row, int entry) => BinaryPrimitives.ReadUInt64LittleEndian(row[(entry * EntryBytes)..]);

    private static byte[] Encode(ReadOnlySpan<Entry> entries)
    {
        // One byte keeps a row emptied by an erasure from being none.
        var bytes = new byte[Math.Max(1, entries.Length * EntryBytes)];
        for (var i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * EntryBytes), entries[i].Hash);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * EntryBytes + 8), entries[i].Ordinal);
        }

        return bytes;
    }

    private static Entry[] Decode(ReadOnlySpan<byte> row)
    {
        var entries = new Entry[row.Length / EntryBytes];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new(HashAt(row, i), BinaryPrimitives.ReadInt32LittleEndian(row[(i * EntryBytes + 8)..]));
        return entries;
    }
}
