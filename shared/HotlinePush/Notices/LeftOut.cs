using HotlinePush.Audiences;
using HotlinePush.Notices.Sending;

namespace HotlinePush.Notices;

/// <summary>
/// Whom a notice leaves out: those who opted out, unless it is mandatory; and of a correction everybody whom the notice it corrects did
/// not go to, by their recipient ids.
/// </summary>
public sealed class LeftOut(OptOuts optOuts, NoticeStore notices, AudienceStore audiences, NoticeSending sending)
{
    public async Task<IReadOnlyDictionary<int, string>> FindAsync(Notice notice, RecipientPage page, CancellationToken ct)
    {
        var found = new Dictionary<int, string>();
        if (!notice.Mandatory)
            foreach (var row in await optOuts.FindAsync(notice.UnitId, page, ct))
                found[row] = "optedOut";
        if (notice.Corrects is { } id && (await notices.ReadAsync(id, ct))?.Notice is { Frozen: not null } original)
            foreach (var row in await NotReachedAsync(original, notice, page, ct))
                found.TryAdd(row, "notReached");
        return found;
    }

    private async Task<List<int>> NotReachedAsync(Notice original, Notice notice, RecipientPage page, CancellationToken ct)
    {
        var rows = new List<int>();
        var pages = new Dictionary<int, IReadOnlyList<Delivery>>();
        for (var row = 0; row < page.Recipients.Count; row++)
            if (page.Recipients[row] is { } recipient && !await WasReachedAsync(recipient, row))
                rows.Add(row);
        return rows;

        async Task<bool> WasReachedAsync(Recipient recipient, int row)
        {
            // The same list: the same place.
            var place = notice.AudienceId == original.AudienceId && notice.Frozen?.ListVersion == original.Frozen!.ListVersion
                ? new Place(page.Page, row)
                : (await audiences.FindByIdAsync(original.AudienceId, original.Frozen!.ListVersion, recipient.Id, ct))?.Place;
            if (place is not { } at)
                return false;
            if (!pages.TryGetValue(at.Page, out var deliveries))
                pages[at.Page] = deliveries = await sending.ReadPageAsync(original, at.Page, ct);
            return deliveries[at.Row].State is DeliveryState.Sent or DeliveryState.Delivered or DeliveryState.Unknown;
        }
    }
}
