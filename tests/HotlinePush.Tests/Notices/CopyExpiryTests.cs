using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Tests.Support;
using HotlinePush.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Notices;

/// <summary>What time and limits do to copies; hosts of their own, for time moves and limits hold.</summary>
public sealed class CopyExpiryTests
{
    private const string List = "recipient_id,name,phone,金额\n1,王小明,13800004001,1234.56\n";

    [Fact]
    public async Task Copy_NinetyDaysAfterTheEndOfSending_IsShownNoMore()
    {
        var app = new HotlineApp();
        await app.InitializeAsync();
        try
        {
            var scene = new NoticeScene(app);
            var token = scene.Token(await scene.SendToAsync(List), 0);
            for (var i = 0; i < 3; i++)
                await app.AdvanceAsync(TimeSpan.FromDays(30));
            await app.AdvanceAsync(TimeSpan.FromHours(1));

            var copy = await app.Public.GetFromJsonAsync<JsonElement>("/api/v1/copies/" + token);
            using var page = await app.Public.GetAsync("/n/" + token);

            Assert.True(copy.GetProperty("expired").GetBoolean());
            Assert.Equal(JsonValueKind.Null, copy.GetProperty("text").ValueKind);
            Assert.Equal(HttpStatusCode.Gone, page.StatusCode);
            Assert.Contains("已经过了查看期限", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal((410, "copyExpired"), await NoticeScene.RefusedAsync(app.Public, "/api/v1/lookup/figures", new { delivery = token, name = "王小明" }));
            await NoticeScene.DoAsync(app.Public, "/api/v1/lookup", new { phone = "13800004001" });
            await app.AdvanceAsync(TimeSpan.FromMinutes(1));
            Assert.Empty(await scene.CodesAsync("+8613800004001"));
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Guessing_IsSlowedDown_AndCodesAreRationed()
    {
        var app = new HotlineApp
        {
            Change = s => s.Configure<HotlineWebOptions>(o =>
            {
                o.NoLimits = false;
                o.WrongCodesPerAddress = 5;
                o.CodesPerPhone = 2;
            }),
        };
        await app.InitializeAsync();
        try
        {
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < 12; i++)
                statuses.Add((await app.Public.GetAsync($"/n/nabcdefghjkmnp-0-{i}-0123456789")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, statuses[0]);
            Assert.Contains(HttpStatusCode.TooManyRequests, statuses);

            var asked = new List<HttpStatusCode>();
            for (var i = 0; i < 4; i++)
                asked.Add((await app.Public.PostAsJsonAsync("/api/v1/lookup", new { phone = "13800004199" })).StatusCode);
            Assert.Equal(HttpStatusCode.Accepted, asked[0]);
            Assert.Contains(HttpStatusCode.TooManyRequests, asked);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }
}
