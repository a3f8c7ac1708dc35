using System.Text.RegularExpressions;
using HotlinePush.Units;

namespace HotlinePush.Inbound.Merged;

/// <summary>How a department's hotline came into 12345 (国办发〔2020〕53号): its number given up, kept beside, or kept with a branch centre of its own.</summary>
[CamelCaseWords]
public enum MergeKind { Merged, Parallel, Branch }

/// <summary>A department's hotline that was merged into 12345 归并热线.</summary>
/// <param name="Id">1–64 of <c>a–z 0–9 -</c>; stands as the source of its tickets.</param>
/// <param name="Numbers">As people dial them, 3 to 20 digits: 12315.</param>
/// <param name="UnitId">The department it was.</param>
/// <param name="CategoryId">What its callers call about.</param>
public sealed record MergedHotline(string Id, string Name, IReadOnlyList<string> Numbers, string UnitId, string CategoryId, MergeKind Kind = MergeKind.Merged);

/// <summary>The list as it stands, by number and by id.</summary>
public sealed record MergedPicture(int Version, IReadOnlyList<MergedHotline> Hotlines)
{
    /// <summary>Whose number was dialled, however the exchange writes it; null for 12345 itself and any other.</summary>
    public MergedHotline? Find(string? calledNumber) =>
        CalledNumber.Normal(calledNumber) is { Length: > 0 } number ? Hotlines.FirstOrDefault(h => h.Numbers.Any(n => CalledNumber.Normal(n) == number)) : null;

    public MergedHotline? Of(string? id) => Hotlines.FirstOrDefault(h => h.Id == id);
}

/// <summary>Merged hotlines: a document of the set-up, looked at anew every two seconds at the most.</summary>
public sealed class MergedHotlines(SetupStore setup, TimeProvider engine)
{
    public const string Name = "mergedHotlines";

    private sealed record Loaded(MergedPicture Picture, string Stamp, long CheckedAt);

    private volatile Loaded? _loaded;

    public async ValueTask<MergedPicture> GetAsync(CancellationToken ct = default)
    {
        if (_loaded is { } loaded && engine.GetElapsedTime(loaded.CheckedAt) < CitySource.Fresh)
            return loaded.Picture;
        var at = engine.GetTimestamp();
        var stamp = await setup.ReadStampAsync(ct);
        if (_loaded is not { } same || same.Stamp != stamp)
        {
            var read = await setup.ReadAsync<IReadOnlyList<MergedHotline>>(Name, [], ct);
            same = new(new(read.Version, read.Value), stamp, at);
        }

        _loaded = same with { CheckedAt = at };
        return same.Picture;
    }

    /// <inheritdoc cref="MergedPicture.Find"/>
    public async ValueTask<MergedHotline?> FindAsync(string? calledNumber, CancellationToken ct = default) =>
        string.IsNullOrWhiteSpace(calledNumber) ? null : (await GetAsync(ct)).Find(calledNumber);

    /// <summary>After a change by this process: the next look loads anew.</summary>
    public void Forget() => _loaded = null;
}

/// <summary>A dialled number in one form: exchanges give the same one with and without country and area code.</summary>
public static partial class CalledNumber
{
    /// <summary>Digits alone; a short number without the codes before it. Empty where there are none.</summary>
    public static string Normal(string? called)
    {
        var digits = string.Concat((called ?? "").Where(char.IsAsciiDigit));
        var national = digits.StartsWith("0086", StringComparison.Ordinal) ? digits[4..] : called?.TrimStart().StartsWith('+') == true && digits.StartsWith("86", StringComparison.Ordinal) ? digits[2..] : null;
        var match = (national is null ? WithArea() : WithCountry()).Match(national ?? digits);
        return match.Success ? match.Groups[1].Value : national is { Length: > 0 } && national[0] != '0' && national.Length is 9 or 10 ? "0" + national : national ?? digits;
    }

    // 027 12315, 0755 95598: service numbers begin with 1 or 9 and have five or six digits.
    [GeneratedRegex("^0(?:10|2[0-9]|[3-9][0-9]{2})([19][0-9]{4,5})$")]
    private static partial Regex WithArea();

    [GeneratedRegex("^0?(?:10|2[0-9]|[3-9][0-9]{2})?([19][0-9]{4,5})$")]
    private static partial Regex WithCountry();
}
