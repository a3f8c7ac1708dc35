using System.Net;
using System.Text.Json;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Similar;

/// <summary>Likely duplicates through the API: who finds what, and who must not.</summary>
public sealed class SimilarTicketTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    [Fact]
    public async Task Similar_WhenTwoResidentsWriteOfTheSameInTheirOwnWords_FindEachOtherAndSayWhy()
    {
        var first = await FiledAsync("桂花苑小区二次供水水压太低", "桂花苑住户反映，高层早晚高峰完全没水，加压泵坏了一周，物业说等配件。");
        var second = await FiledAsync("桂花苑停水一周了", "我们桂花苑小区楼上没有水用，水泵坏了没人修，物业一直推脱。");
        await FiledAsync("路灯不亮", "滨河路的路灯坏了很久，晚上出行不方便。");

        var found = Items(await SimilarAsync(second.Number, Desk));

        Assert.Equal(first.Number, found[0].GetProperty("number").GetString());
        Assert.True(found[0].GetProperty("score").GetDouble() > 0.5);
        Assert.Contains(found[0].GetProperty("words").EnumerateArray(), w => w.GetString()!.Contains("桂花苑", StringComparison.Ordinal));
        Assert.Contains("桂花苑", found[0].GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, found[0].GetProperty("daysApart").GetInt32());
        Assert.DoesNotContain(found, f => f.GetProperty("subject").GetString() == "路灯不亮");
        Assert.DoesNotContain(found, f => f.GetProperty("number").GetString() == second.Number);
        Assert.Contains(Items(await SimilarAsync(first.Number, Desk)), f => f.GetProperty("number").GetString() == second.Number);
    }

    [Fact]
    public async Task Similar_OfADraft_FindsWhatWasFiledAndSharpensWithPlace()
    {
        var filed = await FiledAsync("松涛里夜市油烟扰民", "松涛里夜市的烧烤摊油烟很大，居民不敢开窗。", new { lat = 30.001, lng = 120.001 });

        var alone = Assert.Single(await DraftAsync(new { description = "松涛里烧烤摊油烟呛人，关着窗都没用" }), f => f.GetProperty("number").GetString() == filed.Number);
        var near = Assert.Single(
            await DraftAsync(new { description = "松涛里烧烤摊油烟呛人，关着窗都没用", categoryId = NoiseCategory, location = new { lat = 30.0011, lng = 120.0012 } }),
            f => f.GetProperty("number").GetString() == filed.Number);

        Assert.True(near.GetProperty("score").GetDouble() > alone.GetProperty("score").GetDouble());
        Assert.True(near.GetProperty("sameCategory").GetBoolean());
        Assert.InRange(near.GetProperty("metres").GetInt32(), 10, 40);
        Assert.Empty(await DraftAsync(new { description = "申请退休金补缴" }));
    }

    [Fact]
    public async Task Similar_OfConfidentialTickets_NeverFindsThem()
    {
        var secret = await ConfidentialAsync(app, "蓝田粮库主任倒卖储备粮，私设小金库，请查处。");

        Assert.Empty(await DraftAsync(new { subject = "举报违规", description = "蓝田粮库主任倒卖储备粮，私设小金库，请查处。" }));
        Assert.DoesNotContain(secret.Number, (await SimilarAsync(secret.Number, Desk)).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similar_ForAUnit_ShowsItsOwnTicketsAndNothingOfProtectedOnes()
    {
        const string Text = "银杏路工地凌晨还在打桩，震得墙上的画都掉了，孩子无法入睡。";
        var mine = await DispatchedAsync(app, subject: "银杏路工地凌晨打桩", description: Text);
        var other = await DispatchedAsync(app, subject: "银杏路工地打桩扰民", description: Text);
        var hidden = await DispatchedAsync(app, anonymous: true, subject: "银杏路工地半夜打桩", description: Text);

        var found = Items(await SimilarAsync(mine.Number, mine.LeadKey));

        Assert.Contains(found, f => f.GetProperty("number").GetString() == other.Number);
        Assert.DoesNotContain(found, f => f.GetProperty("number").GetString() == hidden.Number);
        Assert.Empty(Items(await SimilarAsync(hidden.Number, hidden.LeadKey)));
        Assert.Contains(Items(await SimilarAsync(mine.Number, Desk)), f => f.GetProperty("number").GetString() == hidden.Number);
        (await SimilarAsync(mine.Number, KeyOf("gas-company"))).Refused(HttpStatusCode.NotFound, "notFound");
    }

    [Fact]
    public async Task Similar_WithoutWords_IsRefused() =>
        (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/tickets/similar", new { subject = " " })).Refused(HttpStatusCode.BadRequest, "required");

    private async Task<TicketScenario> FiledAsync(string subject, string description, object? location = null)
    {
        var phone = NewPhone();
        var filed = (await FileAsync(app, new { type = "Complaint", subject, description, location, categoryId = NoiseCategory, areaId = "990101001", contact = new { phone } })).Ok();
        return Of(app, filed, phone);
    }

    private Task<Answer> SimilarAsync(string number, string key) => SendAsync(app, key, HttpMethod.Get, $"/api/v1/tickets/{number}/similar");

    private async Task<List<JsonElement>> DraftAsync(object draft) => Items(await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/tickets/similar", draft));

    private static List<JsonElement> Items(Answer answer) => [.. answer.Ok()["items"].EnumerateArray()];
}
