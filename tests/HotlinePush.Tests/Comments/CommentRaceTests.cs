using HotlinePush.Tests.Support;

namespace HotlinePush.Tests.Comments;

public sealed class CommentRaceTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private readonly ConsultationApi _api = new(app);

    [Fact]
    public async Task Figures_AfterManyAtOnce_AreWhatTheListsSay()
    {
        var id = await _api.OpenAsync();
        var cids = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
            cids.Add(await _api.CommentAsync(id, i % 3 == 0 ? "同一份意见，大家都来转发：请把充电价格公示在显眼的地方，让居民看得清楚明白。" : $"第{i}个人自己写的意见", i % 2 == 0 ? "s1" : null)));
        // Two people on the same comments, and a decision on the whole group between them.
        var group = (await _api.DoAsync("GET", $"{ConsultationApi.Root}/{id}/groups", ConsultationApi.Office)).GetProperty("items")[0].GetProperty("id").GetString();
        await Task.WhenAll(
            Parallel.ForEachAsync(cids, async (cid, _) => await _api.ModerateAsync(id, cid, true)),
            Parallel.ForEachAsync(cids.Reverse(), async (cid, _) => await _api.ModerateAsync(id, cid, false, "无关")),
            _api.DoAsync("POST", $"{ConsultationApi.Root}/{id}/groups/{group}/respond", ConsultationApi.Office, new { adopted = "adopted", text = "已采纳" }));
        await app.AdvanceAsync(TimeSpan.FromSeconds(1));

        var figures = await _api.FiguresAsync(id);
        var published = (await _api.CommentsAsync(id, ConsultationApi.Office, "?state=published&limit=200")).Count;
        var refused = (await _api.CommentsAsync(id, ConsultationApi.Office, "?state=refused&limit=200")).Count;
        var unanswered = (await _api.CommentsAsync(id, ConsultationApi.Office, "?state=unanswered&limit=200")).Count;
        Assert.Equal((60, 0, published, refused, 20), (figures.GetProperty("received").GetInt32(), figures.GetProperty("held").GetInt32(), figures.GetProperty("published").GetInt32(),
            figures.GetProperty("refused").GetInt32(), figures.GetProperty("adopted").GetInt32()));
        Assert.Equal((60, unanswered), (published + refused, figures.GetProperty("unanswered").GetInt32()));
        var counted = (await _api.DoAsync("GET", $"{ConsultationApi.Root}/{id}/groups", ConsultationApi.Office)).GetProperty("items")[0];
        Assert.Equal((20, 20, 0), (counted.GetProperty("count").GetInt32(), counted.GetProperty("published").GetInt32() + counted.GetProperty("refused").GetInt32(), counted.GetProperty("unanswered").GetInt32()));
    }
}
