using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HotlinePush.Audiences.Import;

/// <summary>The rows of a list in their order: the base's recipients, then the file's rows, each with its fact.</summary>
internal sealed class RowsToWrite(AudienceStore audiences, ImportWork work, RowFacts facts, SealedReader<SourceRow> rows)
{
    private RecipientPage? _page;

    /// <summary>As many rows as hold <paramref name="wanted"/> that are kept, or all that are left: whole pages but for the last.</summary>
    /// <param name="maxBad">Bad rows beyond are passed over.</param>
    /// <returns>Null where the base is no longer what was counted.</returns>
    public async Task<RowsTaken?> TakeAsync(int next, int baseNext, int wanted, int maxBad, CancellationToken ct)
    {
        var (bases, sources, kept, read) = (new List<(RowFact, Recipient)>(), new List<(RowFact, SourceRow)>(), 0, 0);
        for (; kept < wanted && next < work.BaseRows; baseNext++)
        {
            var place = new Place(baseNext / Place.PageSize, baseNext % Place.PageSize);
            if (_page?.Page != place.Page)
                _page = place.Page < work.Base!.Pages ? await audiences.ReadPageAsync(work.AudienceId, work.Base.Version, place.Page, ct) : null;
            if (_page is null)
                return null;
            if (place.Row >= _page.Recipients.Count || _page.Recipients[place.Row] is not { } recipient)
                continue;
            bases.Add((facts[next++], recipient));
            kept++;
        }

        for (; kept < wanted && next < facts.Count && await rows.NextAsync(ct); read++)
        {
            var fact = facts[next++];
            if (fact.Verdict == Verdict.Kept)
                kept++;
            else if (--maxBad < 0)
                continue;
            sources.Add((fact, rows.Current));
        }

        return new(bases, sources, next, baseNext, read);
    }
}

/// <param name="Next">The row to go on with, of all.</param>
/// <param name="BaseNext">The base's place to go on with, its gaps counted.</param>
/// <param name="Read">Rows of the file that were passed.</param>
internal sealed record RowsTaken(List<(RowFact Fact, Recipient Recipient)> Bases, List<(RowFact Fact, SourceRow Row)> Sources, int Next, int BaseNext, int Read);

/// <summary>Whether two recipients are the same in every value.</summary>
internal static class ListHash
{
    public static ulong Of(Recipient recipient) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(RecipientCodec.Write(recipient with { SharedPhone = false })));
}
