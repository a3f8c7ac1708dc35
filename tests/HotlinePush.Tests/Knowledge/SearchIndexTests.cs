using HotlinePush.Knowledge;
using HotlinePush.Security;

namespace HotlinePush.Tests.Knowledge;

public sealed class SearchIndexTests
{
    private static Article Article(string id, string title, string body, string? note = null, params string[] keywords)
    {
        var text = new ArticleText(title, body, note, Keywords: keywords);
        return new() { Id = id, Version = 1, State = ArticleState.Published, Text = text, Live = text, ChangedBy = Actor.System, ChangedAt = DateTimeOffset.UnixEpoch };
    }

    private static readonly SearchIndex Index = SearchIndex.Of(
    [
        Article("heat", "暖气不热怎么办", "供暖期内室温不应低于 18℃，先给暖气片放气。"),
        Article("water", "突然停水先查什么", "整片没水的查看停水公告。", "先看突发事件。"),
        Article("card", "社保卡丢失补办", "先拨打 12333 挂失，再到网点补卡。"),
        Article("net", "宽带WiFi报修", "请拨打运营商电话。暖气片旁信号弱属正常。"),
    ]);

    private static string[] Ids(string query, bool notes = false, SearchIndex? index = null) =>
        [.. (index ?? Index).Find(query, notes).OrderByDescending(s => s.Score).Select(s => s.Article.Id)];

    [Fact]
    public void Find_ByPairsOfCharacters_PutsTheTitleBeforeTheBody() => Assert.Equal(["heat", "net"], Ids("家里暖气不热"));

    [Theory]
    [InlineData("停水", "water")]
    [InlineData("ｗｉｆｉ", "net")]
    [InlineData("WIFI坏了", "net")]
    [InlineData("１２３３３", "card")]
    [InlineData("卡", "card")]
    [InlineData("暖不热", "heat")]
    [InlineData("补卡丢", "card")]
    public void Find_WhateverTheWriting_MeetsTheSameArticle(string query, string id) => Assert.Equal(id, Ids(query)[0]);

    [Theory]
    [InlineData("123")]
    [InlineData("请问怎么办")]
    [InlineData("彩票")]
    [InlineData("卡水")]
    [InlineData("  ")]
    [InlineData("<script>")]
    public void Find_WithNothingInCommon_FindsNothing(string query) => Assert.Empty(Ids(query).Except(["heat"]));

    [Fact]
    public void Find_InNotes_OnlyWhereTheyMayBeRead()
    {
        Assert.Empty(Ids("突发事件"));
        Assert.Equal(["water"], Ids("突发事件", notes: true));
    }

    [Fact]
    public void With_ChangedArticles_ForgetsWhatTheySaid()
    {
        var changed = Index.With([Article("water", "停电先查什么", "看空气开关。"), Article("heat", "x", "x") with { Live = null }]);

        Assert.Empty(Ids("停水", index: changed));
        Assert.Equal(["water"], Ids("停电", index: changed));
        Assert.DoesNotContain("heat", Ids("暖气", index: changed));
        // The old picture is what it was.
        Assert.Equal(["water"], Ids("停水"));
    }

    [Fact]
    public void With_ManyChanges_AnswersAsIfBuiltAnew()
    {
        var articles = Enumerable.Range(0, 700).Select(i => Article($"n{i}", $"事项{i}号指南", $"内容{i % 7}")).ToList();
        var grown = articles.Chunk(50).Aggregate(Index, (index, some) => index.With(some));

        Assert.Equal(["n333"], Ids("333", index: grown));
        Assert.Equal(700, Ids("指南", index: grown).Length);
        Assert.Equal("water", Ids("停水", index: grown)[0]);
    }

    [Fact]
    public void Best_OfALongText_ShowsWhereTheWordsStand()
    {
        var text = string.Concat(Enumerable.Repeat("这里说的是别的事情。", 30)) + "经测温确认不达标的，按天退还热费。" + string.Concat(Enumerable.Repeat("后面还有别的。", 30));

        var snippet = Snippets.Best(text, "退还热费");

        Assert.True(snippet.Text.Length <= Snippets.Length + 2);
        Assert.Equal(["退还热费"], snippet.Marks.Select(m => snippet.Text.Substring(m.Start, m.Length)));
        Assert.StartsWith("…", snippet.Text);
    }

    [Fact]
    public void Best_OfHostileText_LeavesItPlain()
    {
        var snippet = Snippets.Best("<img src=x onerror=1> 停水 😀停水", "停水");

        Assert.All(snippet.Marks, m => Assert.Equal("停水", snippet.Text.Substring(m.Start, m.Length)));
        Assert.Equal(2, snippet.Marks.Count);
    }
}
