using HotlinePush.Clocks;
using HotlinePush.Comments;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HotlinePush.Tests.Comments;

public sealed class CommentRightsTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private const string Root = ConsultationApi.Root;
    private readonly ConsultationApi _api = new(app);

    [Fact]
    public async Task Work_OnAConsultation_IsItsOwnOfficesAndModerationTheSupervisorsToo()
    {
        await app.Services().GetRequiredService<ApiKeys>().IssueFixed("other-publisher", Role.Publisher, "city-urban");
        var id = await _api.OpenAsync();
        var cid = await _api.CommentAsync(id, "由谁来审核");
        var (moderate, respond) = ($"{Root}/{id}/comments/{cid}/moderate", $"{Root}/{id}/comments/{cid}/respond");

        await _api.RefusedAsync(403, "notOwnUnit", "POST", moderate, "other-publisher", new { publish = true });
        await _api.RefusedAsync(403, "notOwnUnit", "POST", respond, "other-publisher", new { adopted = "adopted", text = "x" });
        await _api.RefusedAsync(403, "notOwnUnit", "POST", $"{Root}/{id}/withdraw", "other-publisher", new { reason = "x" });
        await _api.DoAsync("GET", $"{Root}/{id}/groups", "other-publisher", status: 404);
        await _api.DoAsync("GET", $"{Root}/{id}/comments.csv?held=true", "other-publisher", status: 404);
        await _api.RefusedAsync(403, "roleLacking", "POST", respond, "demo-reviewer", new { adopted = "adopted", text = "x" });
        await _api.RefusedAsync(403, "roleLacking", "POST", moderate, "demo-desk", new { publish = true });
        await _api.RefusedAsync(401, "keyRequired", "POST", moderate, null, new { publish = true });
        foreach (var key in (string[])["demo-desk", "demo-reviewer", "demo-supervisor", "demo-admin"])
            await _api.RefusedAsync(403, "roleLacking", "POST", Root, key, new { title = "x", text = ConsultationApi.Sections });

        await _api.DoAsync("POST", moderate, "demo-reviewer", new { publish = true });
        await _api.DoAsync("POST", moderate, "demo-supervisor", new { publish = false, reason = "核实中" });
        await _api.DoAsync("GET", $"{Root}/{id}/comments?state=refused", "demo-supervisor");

        // What is not open yet is another office's secret.
        var now = await app.NowAsync();
        var planned = (await _api.DoAsync("POST", Root, ConsultationApi.Office, new { title = "以后", text = ConsultationApi.Sections, opensAt = CityZone.Format(now.AddDays(5)), closesAt = CityZone.Format(now.AddDays(50)) }, 201))
            .GetProperty("id").GetString();
        await _api.DoAsync("GET", $"{Root}/{planned}", "other-publisher", status: 404);
        await _api.RefusedAsync(404, "notFound", "POST", $"{Root}/{planned}/withdraw", "other-publisher", new { reason = "x" });
    }

    [Fact]
    public async Task Change_FromAnotherVersion_IsRefused()
    {
        var id = await _api.OpenAsync();
        using var office = app.As(ConsultationApi.Office);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Root}/{id}/withdraw") { Content = System.Net.Http.Json.JsonContent.Create(new { reason = "x" }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"7\"");
        using var answer = await office.SendAsync(request);

        Assert.Equal(412, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Unconfirmed_WithoutItsCode_IsGoneWithItsContactAfterTheTime()
    {
        var id = await _api.OpenAsync(confirmByCode: true);
        var cid = await _api.CommentAsync(id, "没有确认", null, "某人", "13700001234");
        var store = app.Services().GetRequiredService<CommentStore>();
        var comment = (await store.ReadAsync(id, cid, default))!.Comment;
        Assert.Equal("+8613700001234", (await store.ReadContactAsync(comment, default))!.Phone);

        await app.Services().GetRequiredService<CommentMessages>().EndAsync(new(id, cid), default);

        Assert.Null(await store.ReadAsync(id, cid, default));
        Assert.Null(await store.ReadContactAsync(comment, default));
        Assert.Contains(app.Services().GetRequiredService<CommentMessages>().OwedBy(comment), m => m.Type == CommentMessages.EndType && m.NotBefore == comment.CodeAt + CommentMessages.Lifetime + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Flood_ByOneSender_IsSlowedButACryForHelpIsNot()
    {
        var options = app.Services().GetRequiredService<IOptions<HotlineWebOptions>>().Value;
        var id = await _api.OpenAsync();
        (options.NoLimits, options.CommentsPerPhone) = (false, 2);
        try
        {
            for (var i = 0; i < 2; i++)
                await _api.CommentAsync(id, $"第{i}条", null, null, "13700005678", "demo-desk");
            await _api.RefusedAsync(429, "tooManyComments", "POST", $"{Root}/{id}/comments", "demo-desk", new { text = "第三条", phone = "13700005678" });
            await _api.CommentAsync(id, "别人的意见", null, null, "13700005679", "demo-desk");
            await _api.CommentAsync(id, "我家着火了，快来人！", null, null, "13700005678", "demo-desk");
        }
        finally
        {
            (options.NoLimits, options.CommentsPerPhone) = (true, 20);
        }

        Assert.Equal(4, (await _api.FiguresAsync(id)).GetProperty("received").GetInt32());
    }
}
