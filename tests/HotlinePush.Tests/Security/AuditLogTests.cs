using HotlinePush.Security;
using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Security;

public class AuditLogTests
{
    private static readonly DateOnly Day = new(2026, 11, 20);

    private readonly AuditLog _log = new(new MemoryTableStore());

    private static AuditEntry Look(DateTimeOffset at, string? detail = null) =>
        new(at, new Actor(Role.Desk, "0123456789abcdef"), "revealPhone", "26112000000420", detail);

    [Fact]
    public async Task Entries_AreReadByShanghaiDay_NewestFirst()
    {
        var midnight = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.FromHours(8));
        await _log.AppendAsync(Look(midnight.AddMilliseconds(-1), "the day before"));
        await _log.AppendAsync(Look(midnight.ToUniversalTime(), "first"));
        await _log.AppendAsync(Look(midnight.AddHours(24).AddMilliseconds(-1), "last"));
        await _log.AppendAsync(Look(midnight.AddHours(12), "noon"));
        var page = await _log.ReadDayAsync(Day, 10);
        Assert.Equal(["last", "noon", "first"], page.Items.Select(e => e.Detail));
        Assert.Null(page.Next);
        Assert.Equal(Look(midnight.ToUniversalTime(), "first"), page.Items[2]);
        Assert.Equal("the day before", Assert.Single((await _log.ReadDayAsync(Day.AddDays(-1), 10)).Items).Detail);
    }

    [Fact]
    public async Task Entries_OfOneMoment_AreAllKept_AndPaged()
    {
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.FromHours(8));
        for (var i = 0; i < 25; i++)
            await _log.AppendAsync(Look(at, i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var seen = new List<string?>();
        string? after = null;
        do
        {
            var page = await _log.ReadDayAsync(Day, 10, after);
            Assert.InRange(page.Items.Count, 0, 10);
            seen.AddRange(page.Items.Select(e => e.Detail));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(25, seen.Distinct().Count());
        Assert.Equal(25, seen.Count);
    }
}
