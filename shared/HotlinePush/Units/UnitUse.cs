using HotlinePush.Security.Accounts;
using HotlinePush.Tickets;

namespace HotlinePush.Units;

/// <summary>What still needs a unit that is about to go: open tickets that it would leave without anybody, and people who would belong nowhere.</summary>
public sealed class UnitUse(TicketLists lists, AccountStore accounts)
{
    private const int Named = 3;

    /// <summary>Null, or where the units that go are used.</summary>
    public async Task<Refusal?> CheckAsync(IReadOnlyList<Unit> before, IReadOnlyList<Unit> after, CancellationToken ct)
    {
        var kept = after.Select(u => u.Id).ToHashSet(StringComparer.Ordinal);
        var gone = before.Where(u => !kept.Contains(u.Id)).ToList();
        if (gone.Count == 0)
            return null;
        var people = (await accounts.ListAsync(ct)).Where(a => !a.Disabled && a.UnitId is not null).ToLookup(a => a.UnitId!, StringComparer.Ordinal);
        var uses = new List<string>();
        foreach (var unit in gone)
        {
            var tickets = await lists.UnitAsync(unit.Id, "open", null, Named + 1, ct);
            if (tickets.Tickets.Count > 0)
                uses.Add($"{unit.Name}有未办结的工单（{Some(tickets.Tickets.Select(t => t.Number))}）");
            if (people[unit.Id].Any())
                uses.Add($"{unit.Name}有账号（{Some(people[unit.Id].Select(a => a.UserName))}）");
            if (uses.Count >= 2 * Named)
                break;
        }

        return uses.Count == 0 ? null : Refusal.Of("unitInUse", "items", $"还不能撤销：{string.Join("；", uses)}。请先改派工单，停用账号或改到别的单位。");
    }

    private static string Some(IEnumerable<string> all)
    {
        var named = all.Take(Named + 1).ToList();
        return string.Join("、", named.Take(Named)) + (named.Count > Named ? " 等" : "");
    }
}
