using System.Globalization;
using System.Security.Cryptography;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Units;
using HotlinePush.Web;
using Microsoft.AspNetCore.Http;

namespace HotlinePush.Notices.Matters;

/// <summary>Changes an office's matters, which lie with those of all others in one document of the set-up.</summary>
public sealed class MatterStore(SetupStore setup, DisclosureSource source, ITableStore store)
{
    private const int Attempts = 8;

    /// <summary>As ids are written that nobody chose: <c>m</c> and 11 letters and digits.</summary>
    public static string NewId() => "m" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 11);

    /// <param name="decide">The office's new list, by the one in force; asked again where somebody was faster.</param>
    /// <param name="seen">The office's version that the change was made from; null: whatever it is.</param>
    /// <param name="at">As of <see cref="MatterChecks.Of"/>.</param>
    public async Task<(UnitMatters? After, Refusal? Refusal)> ChangeAsync(
        HttpContext http, string unitId, Func<int, bool>? seen, Func<UnitMatters, (IReadOnlyList<Matter>? Items, Refusal? Refusal)> decide, Func<Matter, int, string> at)
    {
        var ct = http.RequestAborted;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await setup.ReadAsync(DisclosureSource.MattersDocument, DisclosureSource.NoMatters, ct);
            var before = read.Value.GetValueOrDefault(unitId) ?? UnitMatters.None;
            if (seen is not null && !seen(before.Version))
                return (null, Problems.SomebodyWasFaster);
            var (items, refusal) = decide(before);
            if (items is null)
                return (null, refusal);
            var others = read.Value.Where(u => u.Key != unitId).SelectMany(u => u.Value.Items).Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
            if ((MatterChecks.Of(items, unitId, at, others.Contains) ?? await InUseAsync(before, items, ct)) is { } wrong)
                return (null, wrong);
            var after = new UnitMatters(before.Version + 1, [.. items.Select(m => MatterChecks.Normal(m, unitId))]);
            var whole = new Dictionary<string, UnitMatters>(read.Value, StringComparer.Ordinal) { [unitId] = after };
            if (await setup.ReplaceAsync(DisclosureSource.MattersDocument, whole, read, [], ct) is null)
                continue;
            source.Forget();
            await http.TraceAsync("setupChanged", DisclosureSource.MattersDocument, string.Create(CultureInfo.InvariantCulture, $"{unitId} {before.Version} → {after.Version}"));
            return (after, null);
        }

        return (null, Problems.SomebodyWasFaster);
    }

    /// <summary>What notices refer to stays: it may be rewritten, and keeps its field.</summary>
    private async Task<Refusal?> InUseAsync(UnitMatters before, IReadOnlyList<Matter> items, CancellationToken ct)
    {
        var after = items.ToDictionary(m => m.Id, m => m.Field, StringComparer.Ordinal);
        foreach (var gone in before.Items.Where(m => !after.TryGetValue(m.Id, out var field) || field != m.Field))
            if ((await store.ReadRangeAsync(NoticeStore.Table, NoticeStore.MatterPartition(gone.Id), new("0", ":"), 1, null, ct)).Rows.Count > 0)
                return new("matterInUse", $"事项“{gone.Name}”已有通知引用，不能删除或改换领域；可以修改内容。");
        return null;
    }
}
