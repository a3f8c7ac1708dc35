using System.Text;
using System.Text.Encodings.Web;
using HotlinePush.Audiences;
using HotlinePush.Channels;
using HotlinePush.Clocks;
using HotlinePush.Notices.Sending;
using HotlinePush.Pages;
using HotlinePush.Security;
using HotlinePush.Units;

namespace HotlinePush.Notices.Recipients;

/// <summary>
/// The letters of a notice as pages to print: A4, the address where the window of a DL envelope (5号, 220 × 110 mm) shows it once the sheet is folded in
/// three, a QR code of the recipient's copy. One list page in memory at a time, the letters of it made fifty at a time.
/// </summary>
public sealed class Letters(NoticeSending sending, AudienceStore audiences, NoticeComposer composer, CitySource cities, KeyRing keys, SiteAddress site, HtmlEncoder encoder)
{
    private const int AtOnce = 50;

    /// <param name="from">The first list page, from 0; <paramref name="to"/> is not among them.</param>
    public async Task WriteAsync(Stream stream, Notice notice, int from, int to, CancellationToken ct)
    {
        var city = await cities.GetAsync(ct);
        var office = encoder.Encode(city.FindUnit(notice.UnitId)?.Name ?? notice.UnitId);
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), 32 * 1024, leaveOpen: true) { NewLine = "\n" };
        await text.WriteLineAsync($"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{encoder.Encode(notice.Title)}</title><link rel="stylesheet" href="{SiteAssets.Style}"></head><body class="letters">""");
        var count = 0;
        for (var page = from; page < to; page++)
        {
            var people = await audiences.ReadPageAsync(notice.AudienceId, notice.Frozen!.ListVersion, page, ct);
            var deliveries = await sending.ReadPageAsync(notice, page, ct);
            var printed = deliveries.Where(d => IsLetter(d) && people is not null && d.Row < people.Recipients.Count && people.Recipients[d.Row] is not null);
            foreach (var some in printed.Chunk(AtOnce))
            {
                // Each picture of a QR code takes milliseconds.
                foreach (var letter in some.AsParallel().AsOrdered().Select(d => Make(notice, people!.Recipients[d.Row]!, page, d, office)))
                    if (letter is not null)
                    {
                        await text.WriteLineAsync(letter.AsMemory(), ct);
                        count++;
                    }

                await text.FlushAsync(ct);
            }
        }

        if (count == 0)
            await text.WriteLineAsync("""<p class="letters-none">没有要打印的信件。</p>""");
        await text.WriteLineAsync("</body></html>");
    }

    /// <summary>The channel in use is the letter, and it was handed to be printed.</summary>
    internal static bool IsLetter(Delivery d) =>
        d.Last?.Channel == ChannelKind.Letter && d.State is (DeliveryState.Sending or DeliveryState.Sent or DeliveryState.Delivered or DeliveryState.Unknown);

    private string? Make(Notice notice, Recipient recipient, int page, Delivery delivery, string office)
    {
        var id = AttemptId.DeliveryId(notice.Id, page, delivery.Row);
        if (composer.Compose(notice, recipient, ChannelKind.Letter, id) is not { Why: null } text)
            return null;
        var qr = QrPicture.Svg(site.Copy(DeliveryToken.Write(keys, id)), "查看这份通知");
        var date = CityZone.ToLocal(delivery.Last!.At);
        return $"""
            <article class="letter">
            <div class="window"><p class="sender">{office}</p><p class="to">{encoder.Encode(recipient.Address ?? "")}</p><p class="to">{encoder.Encode(recipient.Name ?? "")} 收</p></div>
            <p class="date">{office}<br>{date.Year}年{date.Month}月{date.Day}日</p>
            <h1>{encoder.Encode(notice.Title)}</h1>
            <div class="text">{encoder.Encode(text.Body).Replace("&#xA;", "\n", StringComparison.Ordinal)}</div>
            {(notice.LegalBasis is { } basis ? $"<p class=\"basis\">依据：{encoder.Encode(basis)}</p>" : "")}
            <footer><figure>{qr}</figure><p>扫码核对这份通知的真伪、确认已读或提出疑问，也可拨打 12345。<br>编号 {encoder.Encode(id)}</p></footer>
            </article>
            """;
    }
}
