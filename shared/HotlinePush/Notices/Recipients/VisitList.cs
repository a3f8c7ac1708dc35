using System.Globalization;
using System.Text;
using HotlinePush.Audiences;
using HotlinePush.Jobs;
using HotlinePush.Notices.Sending;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices.Recipients;

/// <summary>
/// The visit list 上门送达清单: whom no channel reached, by village, so that somebody goes there. UTF-8 with a byte order mark, for a spreadsheet opens it;
/// a cell that begins like a formula does not run.
/// </summary>
/// <remarks>List pages are read one at a time; the lines of those not reached are held, about 300 bytes each, until they are in order.</remarks>
public sealed class VisitList(NoticeSending sending, AudienceStore audiences, DeliveryMarks marks)
{
    private static readonly string[] Columns = ["village", "recipient_id", "name", "household", "address", "phone", "why", "notice"];

    public async Task WriteAsync(Stream stream, Notice notice, City city, CancellationToken ct)
    {
        var lines = new List<(string AreaId, string Area, int Row, string Line)>();
        for (var page = 0; page < notice.Frozen!.Pages; page++)
        {
            var deliveries = await sending.ReadPageAsync(notice, page, ct);
            var wrong = (await marks.SumOfPageAsync(notice.Id, page, ct)).NotMe > 0;
            RecipientPage? people = null;
            foreach (var delivery in deliveries)
            {
                var why = WhyOf(delivery) ?? (wrong && (await marks.ReadAsync(notice.Id, new(page, delivery.Row), ct)).NotMeAt is not null ? "联系方式是他人的" : null);
                if (why is null)
                    continue;
                people ??= await audiences.ReadPageAsync(notice.AudienceId, notice.Frozen.ListVersion, page, ct);
                if (people is null || delivery.Row >= people.Recipients.Count || people.Recipients[delivery.Row] is not { } r)
                    continue;
                var area = city.FindArea(r.AreaId)?.Name ?? r.Fields.GetValueOrDefault("area") ?? r.Fields.GetValueOrDefault("区划") ?? "";
                lines.Add((r.AreaId ?? "~", area, page * Place.PageSize + delivery.Row, CsvCell.Line([area, r.Id, r.Name, r.Household, r.Address, r.Phone is null ? null : PhoneNumber.Mask(r.Phone), why, notice.Title])));
            }
        }

        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), 16 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(string.Join(',', Columns));
        foreach (var line in lines.OrderBy(l => l.AreaId, StringComparer.Ordinal).ThenBy(l => l.Area, StringComparer.Ordinal).ThenBy(l => l.Row))
            await text.WriteLineAsync(line.Line.AsMemory(), ct);
    }

    /// <summary>Why nobody reached them, for people; null where somebody did, may still, or should not.</summary>
    internal static string? WhyOf(Delivery d) => d switch
    {
        { State: DeliveryState.Failed or DeliveryState.Skipped, Why: "noContact" } => "没有联系方式",
        { State: DeliveryState.Failed or DeliveryState.Skipped, Why: "sharedPhone" } => "电话为多人共用",
        { State: DeliveryState.Failed, Why: "noProvider" } => "没有可用的渠道",
        { State: DeliveryState.Failed, Why: "missingValue" } => "名单缺少内容",
        { State: DeliveryState.Failed } => string.Create(CultureInfo.InvariantCulture, $"未能送达（{d.Why ?? d.Last?.Code}）"),
        { State: DeliveryState.Unknown, Final: true } => "是否送达不明",
        _ => null,
    };
}
