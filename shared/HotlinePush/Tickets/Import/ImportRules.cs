using System.Collections.Frozen;
using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Inbound.Merged;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Tickets.Import;

/// <summary>Reads a row of a ticket file: a ticket to be, or all that is wrong with it. Depends on nothing but its arguments, so a repeat says the same.</summary>
/// <param name="startedAt">Receipts later than the job's start are refused.</param>
/// <param name="hotline">The merged hotline whose file it is; null for any other.</param>
public sealed class ImportRules(ImportColumns columns, City city, DateTimeOffset startedAt, MergedHotline? hotline = null)
{
    public static readonly DateTimeOffset Earliest = CityZone.FromLocal(new DateTime(1989, 1, 1));

    private static readonly FrozenDictionary<string, TicketType> ChineseTypes = new Dictionary<string, TicketType>(StringComparer.Ordinal)
    {
        ["咨询"] = TicketType.Inquiry,
        ["求助"] = TicketType.Help,
        ["投诉"] = TicketType.Complaint,
        ["举报"] = TicketType.Report,
        ["建议"] = TicketType.Suggestion,
        ["表扬"] = TicketType.Praise,
        ["依申请公开"] = TicketType.InformationRequest,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // One M, d, H takes one digit or two.
    private static readonly string[] LocalTimes =
    [
        .. from date in new[] { "yyyy-M-d", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日" }
           from time in new[] { "", " H:m", " H:m:s", " H:m:s.FFFFFFF", "'T'H:m", "'T'H:m:s", "'T'H:m:s.FFFFFFF" }
           select date + time,
    ];

    private readonly Places _places = Places.Of(city);

    public (ImportRow? Row, IReadOnlyList<JobError> Errors) Read(CsvRows file)
    {
        var errors = new List<JobError>();
        void Wrong(string? column, string code, string message) => errors.Add(new(file.Row, column, code, message));

        if (file.Unclosed)
        {
            Wrong(null, "unclosedQuote", "引号没有成对，本行及其后的内容无法可靠读取。");
            return (null, errors);
        }

        if (file.Cells.AsSpan().Length > columns.Width && file.Cells.Skip(columns.Width).Any(c => !string.IsNullOrWhiteSpace(c)))
        {
            Wrong(null, "tooManyCells", "本行的单元格比首行的列多，请检查逗号与引号。");
            return (null, errors);
        }

        string? Text(string column)
        {
            var text = columns.Cell(file.Cells, column);
            if (text is null)
                Wrong(column, "required", "此项必填。");
            else if (text.Contains('\uFFFD'))
                Wrong(column, "badEncoding", "有无法识别的字符，请以 UTF-8 另存后再导入。");
            else if (!Characters.AreAllowed(text))
                Wrong(column, "badText", "含有控制字符或不完整的字符。");
            else if (text.Length > Check.MaxText && Characters.Count(text) > Check.MaxText)
                Wrong(column, "tooLong", string.Create(CultureInfo.InvariantCulture, $"最多 {Check.MaxText} 个字。"));
            return text;
        }

        var subject = Text("subject");
        var body = Text("body");

        var receivedAt = startedAt;
        if (columns.Cell(file.Cells, "received_at") is not { } time)
            Wrong("received_at", "required", "此项必填。");
        else if (!TryReadTime(time, out receivedAt))
            Wrong("received_at", "badTime", "应为时间，如 2026-11-23 09:00:00 或 2026-11-23T09:00:00+08:00。");
        else if (receivedAt < Earliest || receivedAt > startedAt)
            Wrong("received_at", "outOfRange", "应在 1989 年之后、导入之前。");

        var type = TicketType.Complaint;
        if (columns.Cell(file.Cells, "type") is { } word && !WireWords.TryRead(word, out type) && !ChineseTypes.TryGetValue(word, out type))
            Wrong("type", "unknownWord", $"应为以下之一：{string.Join("、", WireWords.Of(typeof(TicketType)).Keys)}。");

        string? categoryId = null;
        if (columns.Cell(file.Cells, "category") is { } category && (categoryId = _places.FindCategory(category)) is null && hotline is null)
            Wrong("category", "unknownCategory", "没有这个事项分类；应为编号，或以 / 分隔的一至三级名称。");

        string? areaId = null;
        if (columns.Cell(file.Cells, "area") is { } area && (areaId = _places.FindArea(area, out var several)) is null)
            Wrong("area", several ? "ambiguousArea" : "unknownArea", several ? "有几个同名的区划，请改用编号。" : "没有这个行政区划；应为编号或名称。");

        string? phone = null;
        if (columns.Cell(file.Cells, "phone") is { } number)
        {
            if (PhoneNumber.TryParse(number, out var e164))
                phone = e164;
            else
                Wrong("phone", "badPhone", "不是有效的电话号码；匿名请留空。");
        }

        var merged = hotline is null ? null : Merged(hotline, file, receivedAt, Wrong);
        // Another house's words for categories are not ours: what is not found among them is what its callers call about.
        return errors.Count > 0 ? (null, errors) : (new(file.Row, type, subject!, body!, receivedAt, categoryId ?? hotline?.CategoryId, areaId, phone, merged), errors);
    }

    private MergedRow? Merged(MergedHotline of, CsvRows file, DateTimeOffset receivedAt, Action<string?, string, string> wrong)
    {
        var id = columns.Cell(file.Cells, "external_id");
        if (id is null)
            wrong("external_id", "required", "此项必填。");
        else if (id.Length > MaxExternalId || !Characters.AreAllowed(id))
            wrong("external_id", "badText", $"最多 {MaxExternalId} 个字，不含控制字符。");
        var answer = columns.Cell(file.Cells, "answer");
        if (answer is not null && (!Characters.AreAllowed(answer) || Characters.Count(answer) > Check.MaxText))
            wrong("answer", "badText", $"最多 {Check.MaxText} 个字，不含控制字符。");
        DateTimeOffset? closedAt = null;
        if (columns.Cell(file.Cells, "closed_at") is { } time)
        {
            if (!TryReadTime(time, out var at))
                wrong("closed_at", "badTime", "应为时间，如 2026-11-23 09:00:00；还没有办结请留空。");
            else if (at < receivedAt || at > startedAt)
                wrong("closed_at", "outOfRange", "应在受理之后、导入之前。");
            closedAt = at;
        }

        return id is null ? null : new(of, id, closedAt, answer);
    }

    private const int MaxExternalId = 100;

    /// <summary>Without an offset it is the city's wall clock.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset moment)
    {
        if (WireTime.TryRead(text, out moment))
            return true;
        moment = default;
        if (!DateTime.TryParseExact(text, LocalTimes, CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out var local) || local.Year is < 1950 or > 9998)
            return false;
        moment = CityZone.FromLocal(local);
        return true;
    }
}
