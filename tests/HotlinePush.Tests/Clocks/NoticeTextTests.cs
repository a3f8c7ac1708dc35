using HotlinePush.Clocks;

namespace HotlinePush.Tests.Clocks;

public sealed class NoticeTextTests
{
    /// <summary>The sentences of the State Council's notice for 2026.</summary>
    private const string Notice2026 = """
        一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
        二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
        三、清明节：4月4日（周六）至6日（周一）放假，共3天。
        四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
        五、端午节：6月19日（周五）至21日（周日）放假，共3天。
        六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
        七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
        """;

    [Fact]
    public void Notice_InTheStateCouncilsOwnWords_GivesTheDaysThatAreShipped()
    {
        var (days, refusal) = NoticeText.Read(2026, Notice2026);

        Assert.Null(refusal);
        Assert.Equal(Days(WorkCalendar.Shipped.Years[2026].Days), Days(days));
    }

    [Fact]
    public void EveryShippedNotice_WrittenAsLines_ReadsTheSame() => Assert.All(WorkCalendar.Shipped.Years.Values, year =>
    {
        var (days, refusal) = NoticeText.Read(year.Year, NoticeText.Write(year));

        Assert.Null(refusal);
        Assert.Equal(Days(year.Days), Days(days));
    });

    [Theory]
    [InlineData("2027-01-01~2027-01-03 元旦 休", 3, null)]
    [InlineData("2026-12-31 元旦 休\n# 备注\n\n2027-01-02 元旦 班", 2, null)]
    [InlineData("一、春节：2026年12月31日（周四）至1月2日（周六）放假调休，共3天。", 3, null)]
    [InlineData("2027-01-03~2027-01-01 元旦 休", 0, "第 1 行")]
    [InlineData("2027-13-01 元旦 休", 0, "第 1 行")]
    [InlineData("2027-01-01 元旦 休\n随便写写", 1, "第 2 行")]
    [InlineData("二、春节：2月30日（周二）放假。", 0, "第 1 行")]
    public void Lines_AreReadOrNamed(string text, int count, string? wrong)
    {
        var (days, refusal) = NoticeText.Read(2027, text);

        Assert.Equal(count, days.Count);
        Assert.Equal(wrong is null, refusal is null);
        if (wrong is not null)
            Assert.Contains(wrong, refusal!.Errors!["notice"][0], StringComparison.Ordinal);
    }

    private static IEnumerable<(DateOnly, string, bool)> Days(IEnumerable<CalendarDay> days) => days.OrderBy(d => d.Date).Select(d => (d.Date, d.Name, d.IsOffDay));
}
