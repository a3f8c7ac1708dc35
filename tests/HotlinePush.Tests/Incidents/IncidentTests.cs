using System.Net;
using HotlinePush.Incidents;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Tests.Tickets;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;
using static HotlinePush.Tests.Tickets.TicketScenario;

namespace HotlinePush.Tests.Incidents;

/// <summary>One event, many callers: through the API, and with its messages cut off and repeated.</summary>
public sealed class IncidentTests(HotlineApp app) : IClassFixture<HotlineApp>
{
    private const string Lead = "water-group";

    [Fact]
    public async Task Incident_FromOpeningToRestoration_CountsEveryCallerAndTellsEachOnce()
    {
        var incident = await OpenAsync("望江路水管爆裂");
        var id = incident["id"].GetString()!;
        var called = new List<TicketScenario>();
        for (var i = 0; i < 3; i++)
            called.Add(await CallAsync(id));
        var attached = await DispatchedAsync(app);
        (await attached.DeskAsync("attach", new { incidentId = id })).Ok();

        var open = (await GetAsync(id)).Ok();
        Assert.Equal(4, open["callers"].GetInt32());
        Assert.Contains((await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/incidents")).Ok()["items"].EnumerateArray(), x => x.GetProperty("id").GetString() == id);
        var restored = (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/restore", new { text = "已恢复供水。" })).Ok();

        Assert.Equal("closed", restored["state"].GetString());
        foreach (var ticket in called.Append(attached))
        {
            Assert.Equal("Merged", await ticket.StateAsync());
            Assert.Contains("已恢复供水", Assert.Single(await ticket.ToldAsync("incidentRestored")).Body, StringComparison.Ordinal);
            Assert.Single(await ticket.ToldAsync("incidentJoined"));
            Assert.All((await ticket.SeenByAsync(Desk, "/clocks")).Ok()["items"].EnumerateArray(), c => Assert.NotEqual("running", c.GetProperty("state").GetString()));
        }

        Assert.Empty(await called[0].ToldAsync("ticketReceived"));
        Assert.DoesNotContain((await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/incidents")).Ok()["items"].EnumerateArray(), x => x.GetProperty("id").GetString() == id);
        Assert.Contains((await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/incidents?state=closed")).Ok()["items"].EnumerateArray(), x => x.GetProperty("id").GetString() == id);
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/restore", new { text = "再来一次。" })).Refused(HttpStatusCode.Conflict, "targetClosed");
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/calls", new { contact = new { phone = NewPhone() } })).Refused(HttpStatusCode.Conflict, "targetClosed");
        (await (await DispatchedAsync(app)).DeskAsync("attach", new { incidentId = id })).Refused(HttpStatusCode.Conflict, "targetClosed");
    }

    [Fact]
    public async Task Incident_WithALeadUnit_FilesOneTicketForItThatShowsTheCallers()
    {
        var incident = await OpenAsync("泵站停电停水", Lead, "open-1");
        var again = await OpenAsync("泵站停电停水", Lead, "open-1");
        var id = incident["id"].GetString()!;
        await CallAsync(id);

        var number = incident["masterNumber"].GetString()!;
        Assert.Equal(number, again["masterNumber"].GetString());
        Assert.Equal(id, again["id"].GetString());
        var master = (await SendAsync(app, KeyOf(Lead), HttpMethod.Get, $"/api/v1/tickets/{number}")).Ok();
        Assert.Equal("Dispatched", master.State);
        Assert.Equal(id, master["masterOf"].GetString());
        Assert.NotEqual(default, master.Due("unit"));
        Assert.Equal(1, (await SendAsync(app, KeyOf(Lead), HttpMethod.Get, $"/api/v1/incidents/{id}")).Ok()["callers"].GetInt32());
        (await SendAsync(app, KeyOf("gas-company"), HttpMethod.Get, $"/api/v1/incidents/{id}")).Refused(HttpStatusCode.NotFound, "notFound");
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/tickets/{number}/actions/attach", new { incidentId = id })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task Call_SentAgainUnderItsKey_IsOneCaller()
    {
        var id = (await OpenAsync("路灯大面积熄灭"))["id"].GetString()!;
        var body = new { contact = new { phone = NewPhone() }, note = "整条街都黑了" };

        var first = (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/calls", body, idempotencyKey: "call-1")).Ok();
        var second = (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/calls", body, idempotencyKey: "call-1")).Ok();

        Assert.Equal(first["number"].GetString(), second["number"].GetString());
        Assert.Equal("抢修中，预计今晚恢复。", first["text"].GetString());
        Assert.Equal(1, (await GetAsync(id))["callers"].GetInt32());
    }

    [Fact]
    public async Task Messages_RepeatedAndOutOfOrder_LoseAndDoubleNobody()
    {
        var id = (await OpenAsync("天然气停供", Lead))["id"].GetString()!;
        var callers = new List<TicketScenario>();
        for (var i = 0; i < 5; i++)
            callers.Add(await CallAsync(id));
        var following = app.Services().GetRequiredService<IncidentFollowing>();
        (await SendAsync(app, Supervisor, HttpMethod.Post, $"/api/v1/incidents/{id}/restore", new { text = "已恢复供气。" })).Ok();

        for (var round = 0; round < 2; round++)
        {
            await following.HandleAsync(new FollowIncident(id), default);
            await following.HandleAsync(new IncidentRestored(id, null), default);
            foreach (var caller in callers)
                await following.HandleAsync(new CallerAttached(caller.Number), default);
        }

        foreach (var caller in callers)
        {
            Assert.Single(await caller.ToldAsync("incidentRestored"));
            Assert.Single(await caller.ToldAsync("incidentJoined"));
        }

        var seen = (await GetAsync(id)).Ok();
        Assert.Equal(5, seen["callers"].GetInt32());
        Assert.Single(seen["history"].EnumerateArray(), e => e.GetProperty("action").GetString() == "file-master");
    }

    [Fact]
    public async Task Caller_AttachedWhileTheIncidentEnds_IsToldOfTheEndAllTheSame()
    {
        // The look at the incident came before its end, the commit after it: as a request does that was slow in between.
        var id = (await OpenAsync("燃气抢修"))["id"].GetString()!;
        var ticket = await DispatchedAsync(app);
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/restore", new { text = "已修复。" })).Ok();

        var late = await app.Services().GetRequiredService<TicketActions>().ApplyAsync(
            ticket.Number, (t, context) => TicketRules.Decide(t, new AttachToIncident(id), new(Role.Desk, "desk"), context), default);

        Assert.Null(late.Refusal);
        Assert.Contains("已修复", Assert.Single(await ticket.ToldAsync("incidentRestored")).Body, StringComparison.Ordinal);
        Assert.Equal(1, (await GetAsync(id))["callers"].GetInt32());
    }

    [Fact]
    public async Task Master_CutOffBeforeItWasNoted_IsFoundAndNotFiledTwice()
    {
        var services = app.Services();
        var (store, following, filing) = (services.GetRequiredService<IncidentStore>(), services.GetRequiredService<IncidentFollowing>(), services.GetRequiredService<TicketFiling>());
        var numbers = filing.ReserveNumbers();
        var incident = new Incident { Id = IncidentStore.NewId(), Title = "停水", Text = "抢修中。", LeadUnitId = Lead, MasterNumbers = numbers };
        var opened = (await store.CommitAsync(null, IncidentRules.Open(incident, new(Role.Desk, "desk"), HotlineApp.Start), default))!;

        // Two workers from the same picture: the second has not seen what the first noted.
        var one = await following.EnsureMasterAsync(opened, default);
        var two = await following.EnsureMasterAsync(opened, default);

        Assert.Equal(one.Incident.MasterNumber, two.Incident.MasterNumber);
        var filed = 0;
        foreach (var number in numbers.Split(','))
            filed += await services.GetRequiredService<TicketStore>().ReadAsync(number) is null ? 0 : 1;
        Assert.Equal(1, filed);
    }

    [Fact]
    public async Task Attach_OfATicketOthersWereMergedInto_CountsAndTellsThemToo()
    {
        var id = (await OpenAsync("停水片区"))["id"].GetString()!;
        var (target, source) = (await DispatchedAsync(app), await DispatchedAsync(app));
        (await source.DeskAsync("merge", new { into = target.Number })).Ok();
        (await target.DeskAsync("attach", new { incidentId = id })).Ok();
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/restore", new { text = "已恢复。" })).Ok();

        Assert.Single(await source.ToldAsync("incidentRestored"));
        Assert.Single(await target.ToldAsync("incidentRestored"));
        Assert.Equal(2, (await GetAsync(id))["callers"].GetInt32());
    }

    [Fact]
    public async Task Incident_WithFieldsThatCannotBe_IsRefused()
    {
        (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/incidents", new { title = " ", text = "" })).Refused(HttpStatusCode.BadRequest, "required");
        (await SendAsync(app, Desk, HttpMethod.Post, "/api/v1/incidents", new { title = "x", text = "x", leadUnitId = "nobody" })).Refused(HttpStatusCode.BadRequest, "badValue");
        (await SendAsync(app, KeyOf(Lead), HttpMethod.Post, "/api/v1/incidents", new { title = "x", text = "x" })).Refused(HttpStatusCode.Forbidden, "roleLacking");
        (await SendAsync(app, Desk, HttpMethod.Get, "/api/v1/incidents/nothing")).Refused(HttpStatusCode.NotFound, "notFound");
        var id = (await OpenAsync("条件更新"))["id"].GetString()!;
        (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/update", new { text = "新口径" }, "\"7\"")).Refused(HttpStatusCode.PreconditionFailed, "versionConflict");
        Assert.Equal("新口径", (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/update", new { text = "新口径" }, "\"1\"")).Ok()["text"].GetString());
        var secret = await ConfidentialAsync(app);
        (await secret.DeskAsync("attach", new { incidentId = id })).Refused(HttpStatusCode.BadRequest, "invalid");
        (await (await DispatchedAsync(app)).DeskAsync("attach", new { incidentId = "nothing" })).Refused(HttpStatusCode.BadRequest, "invalid");
    }

    private async Task<Answer> OpenAsync(string title, string? lead = null, string? key = null) => (await SendAsync(
        app, Desk, HttpMethod.Post, "/api/v1/incidents", new { title, text = "抢修中，预计今晚恢复。", areaId = "990101001", leadUnitId = lead }, idempotencyKey: key)).Ok();

    private async Task<TicketScenario> CallAsync(string id)
    {
        var phone = NewPhone();
        return Of(app, (await SendAsync(app, Desk, HttpMethod.Post, $"/api/v1/incidents/{id}/calls", new { contact = new { phone } })).Ok(), phone);
    }

    private Task<Answer> GetAsync(string id) => SendAsync(app, Desk, HttpMethod.Get, $"/api/v1/incidents/{id}");
}
