using System.Net;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;

namespace HotlinePush.Tests.Supervision;

public sealed class ScoreTests : IAsyncLifetime
{
    private readonly HotlineApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => _app.DisposeAsync();

    /// <summary>
    /// Five tickets of one unit, received on one Monday: one done well, one answered on time whose resident is never reached, one answered late
    /// and contested by its resident, one that nobody touches, one declined.
    /// </summary>
    [Fact]
    public async Task Scores_OfASmallScenario_AreThoseCountedByHand()
    {
        var well = await TicketScenario.ClosedAsync(_app);
        var unreached = await TicketScenario.AwaitingCallbackAsync(_app);
        var late = await TicketScenario.DispatchedAsync(_app);
        await TicketScenario.DispatchedAsync(_app);
        var declined = await TicketScenario.DispatchedAsync(_app);
        (await declined.DeskAsync("decline", new { reason = "vague", text = "不明确" })).Ok();
        for (var day = 0; day < 3; day++)
        {
            (await unreached.DeskAsync("callback", new { reached = false })).Ok();
            await _app.AdvanceAsync(TimeSpan.FromDays(1));
        }

        await _app.AdvanceToAsync((await late.SeenByAsync(TicketScenario.Desk)).Due("resolve"));
        (await late.LeadAsync("sign")).Ok();
        await late.AnswerAsync();
        await late.AcceptAsync();
        (await late.DeskAsync("callback", new { reached = true, resolved = true, satisfied = false, note = "太慢" })).Ok();
        var rule = await _app.SendAsync(
            HttpMethod.Put, "score-rules", new { weights = new { response = 20, resolution = 40, satisfaction = 40 }, minDenominator = 1, effectiveFrom = "2026-01-01" }, TicketScenario.Admin);

        var scores = await _app.ReadAsync("scores?by=unit");
        var item = Assert.Single(scores["items"].EnumerateArray().ToList());

        Assert.Equal("Closed", await unreached.StateAsync());
        Assert.Equal(well.Lead, item.GetProperty("key").GetString());
        Assert.Equal((5, 2, 2), (item.GetProperty("received").GetInt32(), item.GetProperty("open").GetInt32(), item.GetProperty("closed").GetInt32()));
        Assert.Equal((2, 3), item.Raw("response"));
        Assert.Equal((2, 4), item.Raw("resolution"));
        Assert.Equal((1, 2), item.Raw("satisfaction"));
        Assert.Equal((2, 2), item.Raw("resolved"));
        Assert.Equal(1, item.GetProperty("unreached").GetInt32());
        Assert.Equal(53.3, item.GetProperty("score").GetDouble());
        Assert.Equal(2, scores["rule"].GetProperty("version").GetInt32());
        Assert.Equal(2, rule.Ok()["version"].GetInt32());
        Assert.Equal((2, 4), scores["total"].Raw("resolution"));
    }

    [Fact]
    public async Task Scores_ByAreaAndCategory_GroupByBranchWhereAsked()
    {
        await TicketScenario.ClosedAsync(_app);

        var area = (await _app.ReadAsync("scores?by=area"))["items"][0];
        var district = (await _app.ReadAsync("scores?by=area&level=2"))["items"][0];
        var category = (await _app.ReadAsync("scores?by=category"))["items"][0];
        var branch = (await _app.ReadAsync("scores?by=category&level=1"))["items"][0];

        Assert.Equal(("990101001", "990101"), (area.GetProperty("key").GetString(), district.GetProperty("key").GetString()));
        Assert.Equal((TicketScenario.NoiseCategory, "hjbh"), (category.GetProperty("key").GetString(), branch.GetProperty("key").GetString()));
        Assert.Equal((1, 1), branch.Raw("satisfaction"));
    }

    [Fact]
    public async Task Rules_WhenAddedForALaterDay_LeaveEarlierPeriodsAlone()
    {
        var body = new { weights = new { response = 1, resolution = 1, satisfaction = 1 }, minDenominator = 1, effectiveFrom = "2026-03-15" };
        (await _app.SendAsync(HttpMethod.Put, "score-rules", body, TicketScenario.Admin)).Ok();

        Assert.Equal(1, (await _app.ReadAsync("scores?from=2026-03-01&to=2026-03-02"))["rule"].GetProperty("version").GetInt32());
        Assert.Equal(2, (await _app.ReadAsync("scores?from=2026-03-15&to=2026-03-20"))["rule"].GetProperty("version").GetInt32());
        Assert.Equal(2, (await _app.ReadAsync("score-rules"))["items"].GetArrayLength());
        (await _app.SendAsync(HttpMethod.Put, "score-rules", body with { minDenominator = 0 }, TicketScenario.Admin)).Refused(HttpStatusCode.BadRequest, "outOfRange");
        (await _app.SendAsync(HttpMethod.Put, "score-rules", body)).Refused(HttpStatusCode.Forbidden, "roleLacking");
    }

    [Theory]
    [InlineData("scores?from=2026-03-02&to=2026-03-01")]
    [InlineData("scores?from=2020-01-01&to=2026-03-01")]
    [InlineData("scores?by=colour")]
    [InlineData("scores?level=9")]
    [InlineData("scores?after=nonsense")]
    public async Task Scores_WhenAskedWrongly_SaySo(string path) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _app.SendAsync(HttpMethod.Get, path, null)).Status);

    [Fact]
    public async Task Scores_WhenAskedByAUnit_AreRefused() =>
        (await _app.SendAsync(HttpMethod.Get, "scores", null, TicketScenario.KeyOf("city-environment"))).Refused(HttpStatusCode.Forbidden, "roleLacking");
}
