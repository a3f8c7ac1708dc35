using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Jobs;

namespace HotlinePush.Audiences.Import;

/// <param name="Index">Of the file's columns, from 0.</param>
/// <param name="Header">As the file has it; reports name the column by it.</param>
/// <param name="Target">One of <see cref="RecipientColumns.Targets"/>; null: a further column, kept as a field under <paramref name="Header"/>.</param>
internal sealed record PlannedColumn(int Index, string Header, string? Target);

/// <summary>Which columns of a file are taken, and as what.</summary>
/// <param name="Width">Columns of the header.</param>
/// <param name="HashColumn">Column of ID numbers whose keyed hash becomes the recipient's id; the number itself is kept nowhere.</param>
internal sealed record ColumnPlan(int HeaderRow, int Width, ImmutableArray<PlannedColumn> Columns, int? HashColumn)
{
    public PlannedColumn? Find(string target) => Columns.FirstOrDefault(c => c.Target == target);

    /// <summary>What the next file's columns are tried by.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ImmutableSortedDictionary<string, string> Mapping =>
        Columns.Where(c => c.Target is not (null or RecipientColumns.Dropped) && c.Index != HashColumn).ToImmutableSortedDictionary(c => c.Target!, c => c.Header, StringComparer.Ordinal);
}

/// <summary>How the columns of a list are called, ours and theirs.</summary>
internal static class RecipientColumns
{
    public const string Id = "recipient_id";

    /// <summary>Left out for what its cells hold; it keeps its place in the working file.</summary>
    public const string Dropped = "-";

    public const int MaxNameLength = 100;
    private const int HeaderRows = 40;

    /// <summary>Our columns, each with the headers that people give it, most telling first, as <see cref="CellText.Header"/> writes them.</summary>
    private static readonly (string Target, string[] Headers)[] Known =
    [
        (Id, ["recipientid", "编号", "对象编号", "人员编号", "户编号", "被征收户编号", "档案编号", "档案号", "申请编号", "受理编号", "id"]),
        ("name", ["name", "姓名", "户主姓名", "户主", "对象姓名", "申请人姓名", "申请人", "被征收人", "被征收人姓名", "领取人", "联系人", "姓名或名称", "名称"]),
        ("phone", ["phone", "手机", "手机号", "手机号码", "移动电话", "联系手机", "联系电话", "联系方式", "电话", "电话号码", "户主电话", "本人电话", "mobile", "tel", "telephone"]),
        ("email", ["email", "邮箱", "电子邮箱", "电子邮件", "电邮", "邮箱地址", "mail"]),
        ("openid", ["openid", "微信openid", "wechatopenid"]),
        ("address", ["address", "地址", "住址", "家庭住址", "家庭地址", "联系地址", "通讯地址", "通信地址", "详细地址", "邮寄地址", "房屋坐落", "居住地址"]),
        ("area", ["area", "areaid", "区划", "行政区划", "所属区划", "区划代码", "行政区划代码", "所属村", "所属社区", "所属村居", "所属村社区", "所在村", "所在社区", "村", "社区", "村居", "村社区", "村名"]),
        ("household", ["household", "householdid", "户号", "家庭编号", "家庭户号", "户籍号"]),
    ];

    private static readonly Dictionary<string, string> ByHeader = Known.SelectMany(k => k.Headers.Select(h => (h, k.Target))).ToDictionary(p => p.h, p => p.Target, StringComparer.Ordinal);

    public static IReadOnlyList<string> Targets { get; } = [.. Known.Select(k => k.Target)];

    /// <summary>How many of our columns these cells could be the headers of.</summary>
    public static int Recognised(IEnumerable<string?> cells) =>
        cells.Select(CellText.Header).Where(h => h.Length > 0 && (ByHeader.ContainsKey(h) || IdNumbers.IsIdHeader(h))).Distinct(StringComparer.Ordinal).Count();

    /// <summary>
    /// The row of the header among the first rows: the one with the most columns we know, the first of those. Null where none has two,
    /// unless the very first row has one.
    /// </summary>
    /// <param name="named">Headers that the caller or the audience's last file has named.</param>
    public static int? FindHeader(IReadOnlyList<(int Row, string?[] Cells)> rows, IEnumerable<string> named)
    {
        var known = named.Select(CellText.Header).ToHashSet(StringComparer.Ordinal);
        int Count(string?[] cells) => Recognised(cells) + cells.Select(CellText.Header).Where(h => h.Length > 0 && known.Contains(h) && !ByHeader.ContainsKey(h)).Distinct(StringComparer.Ordinal).Count();
        var best = rows.Take(HeaderRows).Select(r => (r.Row, Count: Count(r.Cells))).OrderByDescending(r => r.Count).ThenBy(r => r.Row).FirstOrDefault();
        return best.Count >= 2 || (best.Count == 1 && best.Row == 1) ? best.Row : null;
    }

    /// <param name="kept">The mapping of the audience's last file.</param>
    public static (ColumnPlan? Plan, List<JobError> Errors, List<JobError> Notes, List<string> Ignored) Plan(
        int row, string?[] cells, ImportOptions options, IReadOnlyDictionary<string, string> kept)
    {
        var (errors, notes, ignored) = (new List<JobError>(), new List<JobError>(), new List<string>());
        var names = Names(cells);
        var taken = new string?[names.Length];
        int? Find(string header) =>
            header.StartsWith('#') && int.TryParse(header.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number >= 1 && number <= names.Length ? number - 1 : null
                : Array.FindIndex(names, n => n == header) is var exact and >= 0 ? exact
                : Array.FindIndex(names, n => n.Length > 0 && CellText.Header(n) == CellText.Header(header)) is var alike and >= 0 ? alike : null;

        int? hash = null;
        if (options.HashColumn is { } hashed)
        {
            if ((hash = Find(hashed)) is null)
                errors.Add(new(row, hashed, "missingColumn", "没有这一列，不能由它生成编号。"));
            else
                taken[hash.Value] = Id;
        }

        foreach (var (target, header) in options.Map)
        {
            if (Find(header) is not { } at)
                errors.Add(new(row, header, "missingColumn", $"没有这一列，不能作为 {target}。"));
            else if (taken[at] is not null)
                errors.Add(new(row, header, "duplicateColumn", "同一列用了两次。"));
            else
                taken[at] = target;
        }

        foreach (var (target, headers) in Known)
        {
            if (taken.Contains(target))
                continue;
            var at = kept.TryGetValue(target, out var before) && Find(before) is { } same && taken[same] is null ? same : -1;
            for (var i = 0; at < 0 && i < headers.Length; i++)
                at = Array.FindIndex(names, n => n.Length > 0 && CellText.Header(n) == headers[i]);
            if (at >= 0 && taken[at] is null)
                taken[at] = target;
        }

        foreach (var needed in (string[])[Id, "name"])
            if (!taken.Contains(needed))
                errors.Add(new(row, needed, "missingColumn", needed == Id
                    ? "缺少列 recipient_id（编号）。可用 map=recipient_id:列名 指定，或用 recipientId=hash:列名 由身份证号生成。"
                    : "缺少列 name（姓名）。可用 map=name:列名 指定。"));
        if (errors.Count > 0)
            return (null, errors, notes, ignored);

        var columns = ImmutableArray.CreateBuilder<PlannedColumn>();
        for (var i = 0; i < names.Length; i++)
        {
            var header = CellText.Header(names[i]);
            if (i == hash)
            {
                notes.Add(new(row, names[i], "hashedColumn", "证件号码只用于生成编号，未保存。"));
                columns.Add(new(i, names[i], Id));
            }
            else if (taken[i] is null && (IdNumbers.IsIdHeader(header) || IdNumbers.IsBankHeader(header)))
                Drop(notes, ignored, row, names[i], IdNumbers.IsIdHeader(header));
            else if (names[i].Length == 0)
                ignored.Add(string.Create(CultureInfo.InvariantCulture, $"#{i + 1}"));
            else
                columns.Add(new(i, names[i], taken[i]));
        }

        // Columns without a name at the end of a wide sheet are nobody's.
        return (new(row, names.Length, columns.ToImmutable(), hash), errors, notes, [.. ignored.Take(SourceTable.MaxColumns)]);
    }

    public static void Drop(List<JobError> notes, List<string> ignored, int row, string name, bool id)
    {
        ignored.Add(name);
        notes.Add(new(row, name, id ? "idColumnDropped" : "bankColumnDropped", id ? "身份证号未保存。" : "银行账号未保存。"));
    }

    /// <summary>Headers on one line each, at most as long as a field's name may be; one that comes again is numbered.</summary>
    private static string[] Names(string?[] cells)
    {
        var width = Math.Min(cells.Length, SourceTable.MaxColumns);
        while (width > 0 && string.IsNullOrWhiteSpace(cells[width - 1]?.Trim('\u0001')))
            width--;
        var names = new string[width];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < width; i++)
        {
            var name = CellText.Clean(cells[i]?.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\u0001", "", StringComparison.Ordinal)) ?? "";
            name = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
            names[i] = name;
            for (var n = 2; name.Length > 0 && !seen.Add(names[i]); n++)
                names[i] = string.Create(CultureInfo.InvariantCulture, $"{name}({n})");
        }

        return names;
    }
}
