using System.Collections.Immutable;
using System.Globalization;
using HotlinePush.Jobs;
using HotlinePush.Security;
using HotlinePush.Tickets.Import;
using HotlinePush.Units;
using HotlinePush.Web;

namespace HotlinePush.Audiences.Import;

[Flags]
internal enum RowMarks : byte { None = 0, Unclosed = 1, TooManyCells = 2 }

/// <param name="Cells">In the order of the plan's columns.</param>
internal readonly record struct SourceRow(int Row, RowMarks Marks, string?[] Cells);

/// <summary>Reads a row of a list: a recipient to be, or all that is wrong with it. Depends on nothing but its arguments, so a repeat says the same.</summary>
internal sealed class RecipientRules(ColumnPlan plan, City city)
{
    public const int MaxId = 64;
    public const int MaxCell = 2_000;
    private const int MaxRow = 20_000;

    private readonly Places _places = Places.Of(city);

    public Recipient? Read(in SourceRow source, List<JobError> errors)
    {
        var row = source.Row;
        var before = errors.Count;
        if (source.Marks.HasFlag(RowMarks.Unclosed))
        {
            errors.Add(new(row, null, "unclosedQuote", "引号没有成对，本行及其后的内容无法可靠读取。"));
            return null;
        }

        if (source.Marks.HasFlag(RowMarks.TooManyCells))
        {
            errors.Add(new(row, null, "tooManyCells", "本行的单元格比标题行的列多，请检查分隔符与引号。"));
            return null;
        }

        string? id = null, name = null, phone = null, email = null, openId = null, address = null, areaId = null, household = null;
        var fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var length = 0;
        for (var i = 0; i < plan.Columns.Length && i < source.Cells.Length; i++)
        {
            var column = plan.Columns[i];
            if (column.Target == RecipientColumns.Dropped)
                continue;
            if (Text(source.Cells[i], column, row, errors) is not { } text)
                continue;
            length += text.Length;
            switch (column.Target)
            {
                case RecipientColumns.Id:
                    id = text;
                    break;
                case "name":
                    name = text;
                    break;
                case "phone":
                    if (PhoneCell.Read(text, out var e164) is { } wrong)
                        errors.Add(new(row, column.Header, wrong, WordsOf(wrong)));
                    else
                        phone = e164;
                    break;
                case "email":
                    if (EmailAddress.TryParse(text, out var mail))
                        email = mail;
                    else
                        errors.Add(new(row, column.Header, "badEmail", "不是有效的电子邮箱地址。"));
                    break;
                case "openid":
                    if (text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                        openId = text;
                    else
                        errors.Add(new(row, column.Header, "badOpenId", "不是有效的微信 openid。"));
                    break;
                case "address":
                    address = text;
                    break;
                case "area":
                    // A place the city does not know is a fact about the person all the same.
                    if ((areaId = _places.FindArea(text, out _)) is null)
                        fields[column.Header] = text;
                    break;
                case "household":
                    household = text;
                    break;
                default:
                    fields[column.Header] = text;
                    break;
            }
        }

        if (errors.Count == before && id is null)
            Missing(RecipientColumns.Id);
        if (errors.Count == before && name is null)
            Missing("name");
        if (id is not null && (id.Length > MaxId || id.Contains('\n', StringComparison.Ordinal)))
            errors.Add(new(row, plan.Find(RecipientColumns.Id)?.Header, "tooLong", string.Create(CultureInfo.InvariantCulture, $"编号最多 {MaxId} 个字，不可换行。")));
        if (length > MaxRow)
            errors.Add(new(row, null, "rowTooLong", "本行的文字过多。"));
        return errors.Count > before
            ? null
            : new()
            {
                Id = id!,
                Name = name,
                Phone = phone,
                Email = email,
                OpenId = openId,
                Address = address,
                AreaId = areaId,
                Household = household,
                Fields = fields.ToImmutable(),
            };

        void Missing(string target) => errors.Add(new(row, plan.Find(target)?.Header ?? target, "required", "此项必填。"));
    }

    private static string? Text(string? cell, PlannedColumn column, int row, List<JobError> errors)
    {
        if (cell == CellText.Merged)
        {
            errors.Add(new(row, column.Header, "mergedCell", "单元格与上面的合并在一起；确认各行取同一值后以 fillMerged=true 再导入。"));
            return null;
        }

        if (CellText.Clean(cell) is not { } text)
            return null;
        string? code = null, words = null;
        if (text.Contains('\uFFFD', StringComparison.Ordinal))
            (code, words) = ("badEncoding", "有无法识别的字符，请以 UTF-8 另存后再导入。");
        else if (!Characters.AreAllowed(text))
            (code, words) = ("badText", "含有控制字符或不完整的字符。");
        else if (text.Length > MaxCell)
            (code, words) = ("tooLong", string.Create(CultureInfo.InvariantCulture, $"最多 {MaxCell} 个字。"));
        else if (text[0] == '#' && CellText.IsError(text))
            (code, words) = ("cellError", "单元格里是公式错误，请改为值。");
        else if (text.Length >= 16 && column.Target is not "phone" && IdNumbers.Holds(text))
            (code, words) = ("idNumber", "像是身份证号或银行卡号，不能保存；请删去后再导入。");
        if (code is null)
            return text;
        errors.Add(new(row, column.Header, code, words!));
        return null;
    }

    private static string WordsOf(string code) => code switch
    {
        "phoneRounded" => "号码被表格软件缩写成了科学计数，末几位已丢失；请把该列设为文本格式后重新填写。",
        "severalPhones" => "一格里有几个号码，请只留一个。",
        _ => "不是有效的电话号码；没有请留空。",
    };
}
