using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;
using HotlinePush.Supervision.Topics;
using Xunit.Abstractions;

namespace HotlinePush.Tests.Supervision;

public sealed class TopicFinderTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));

    private static readonly string[] Hot =
    [
        "云泽搅拌站离江苑小区太近，粉尘噪音扰民", "江苑小区旁的搅拌站夜间噪音太大", "投诉江苑附近搅拌站污染", "江苑搅拌站灰尘大不敢开窗", "请关停江苑小区边的搅拌站", "江苑小区搅拌站什么时候搬走", "搅拌站粉尘危害江苑居民",
    ];

    /// <summary>Two hundred matters with no words in common.</summary>
    private static readonly string[] Others =
        [.. Enumerable.Range(0, 200).Select(i => string.Concat(Enumerable.Range(0, 8).Select(k => (char)(0x4E00 + (i * 97 + k * 1013 + k * k * 7) % 0x4000))))];

    private static List<TopicText> Texts(IEnumerable<string> subjects, DateTimeOffset from) =>
        [.. subjects.Select((s, i) => new TopicText($"n{from.DayOfYear}-{i}", s, s + "，希望尽快处理。", from.AddHours(i), "990101"))];

    [Fact]
    public void Find_AmongOtherMatters_BringsOutTheHotOne_NamedByItsWords()
    {
        var texts = Texts(Others.Concat(Hot), Start);

        var topic = Assert.Single(TopicFinder.Find(texts));

        Assert.Equal(Enumerable.Range(Others.Length, Hot.Length), topic.Members);
        Assert.Contains(topic.Words, w => w.Contains("搅拌站", StringComparison.Ordinal));
        Assert.Contains(topic.Words, w => w.Contains("江苑", StringComparison.Ordinal));
    }

    [Fact]
    public void Find_AmongUnlikeTexts_FindsNothing() => Assert.Empty(TopicFinder.Find(Texts(Others, Start)));

    [Fact]
    public void Report_WithAPeriodBefore_TellsWhatGrew()
    {
        var before = Texts(Hot.Take(2).Concat(Others), Start.AddDays(-20));
        var now = Texts(Hot.Skip(1), Start);

        var report = RisingTopics.Report([.. before, .. now], new(2026, 3, 1), new(2026, 3, 14), true, Start);

        var topic = Assert.Single(report.Topics);
        Assert.Equal((6, 2), (topic.Count, topic.Before));
        Assert.Equal(6, topic.Days.Sum(d => d.Count));
        Assert.Equal("990101", topic.Areas[0].AreaId);
        Assert.Equal(6, topic.Numbers.Count);
    }

    /// <summary>Hot matters of public messages, told apart by words that stand in them: each comes out as one topic.</summary>
    [DataFact]
    public void Find_InRealMessages_BringsOutEachHotMatterAsOneTopic()
    {
        using var csv = new CsvReader(new StreamReader(RealData.File("messages-liked.csv")), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        var texts = new List<TopicText>();
        while (csv.Read())
            texts.Add(new(csv.GetField("id")!, csv.GetField("subject")!, csv.GetField("body")!, DateTimeOffset.Parse(csv.GetField("received_at")! + "+08:00", CultureInfo.InvariantCulture)));
        texts = [.. texts.OrderBy(t => t.At)];

        var topics = TopicFinder.Find(texts);

        output.WriteLine($"{texts.Count} messages, {topics.Count} topics");
        foreach (var topic in topics.Take(20))
            output.WriteLine($"{topic.Members.Count} in {texts[topic.Members[0]].At:yyyy-MM-dd}–{texts[topic.Members[^1]].At:yyyy-MM-dd}");
        // Whether the topic is about it, by one word; which messages belong to it, by two.
        Matter("mixing plant", "搅拌", "丽发.*搅拌|搅拌.*丽发", 0.9, 0.9);
        Matter("parking sold with flats", "车位|捆绑", "(伊景园|滨河苑).*(车位|捆绑)|(车位|捆绑).*(伊景园|滨河苑)", 0.9, 0.8);
        // Falls apart by what is complained of (fumes, late stalls, noise of the same shops): the largest part is looked at.
        Matter("restaurant fumes", "油烟|烧烤|夜宵|餐", "魅力之城.*油烟|油烟.*魅力之城", 0.9, 0.4);
        Matter("restaurants below flats", "饭店|油烟|餐", "辉煌国际", 0.8, 0.8);
        Matter("fraudulent lender", "58车贷", "58车贷", 0.9, 0.8);
        Matter("subsidy for graduates", "补贴", "人才.{0,8}补贴|购房补贴", 0.8, 0.8);

        void Matter(string name, string word, string gold, double purity, double completeness)
        {
            var belong = Enumerable.Range(0, texts.Count).Where(i => Regex.IsMatch(texts[i].Subject + texts[i].Body, gold, RegexOptions.Singleline)).ToHashSet();
            var best = topics.MaxBy(t => t.Members.Count(belong.Contains))!;
            var about = best.Members.Count(i => belong.Contains(i) || Regex.IsMatch(texts[i].Subject + texts[i].Body, word));
            var (pure, complete) = ((double)about / best.Members.Count, (double)best.Members.Count(belong.Contains) / belong.Count);
            output.WriteLine($"{name}: {belong.Count} labelled, topic of {best.Members.Count}, purity {pure:0.00}, completeness {complete:0.00}");
            Assert.True(pure >= purity && complete >= completeness, $"{name}: purity {pure:0.00}, completeness {complete:0.00}");
        }
    }
}
