using System.Text.RegularExpressions;
using HotlinePush.Messaging;
using HotlinePush.Security;
using HotlinePush.Security.Accounts;
using HotlinePush.Units;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class SetupPagesTests : IAsyncLifetime
{
    private PageHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await PageHost.StartAsync();
        Assert.Equal(200, (await _host.SignInAsAsync("admin")).Status);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Unit_IsAddedChangedAndRemoved_UnderTheVersionSeen()
    {
        var made = await _host.SubmitAsync("/setup/units/new", "/setup/units", ("id", "city-lights"), ("name", "市照明处"), ("kind", "cityDepartment"), ("parentId", PageHost.Unit),
            ("c0.name", "赵值班"), ("c0.phone", "138 0000 1234"), ("c0.level", ""), ("hours", "08:30-12:00，14:00-17:30"), ("areaIds", "990101 990102"));
        var unit = await UnitAsync("city-lights");
        var stale = (await _host.GetAsync("/setup/units/city-lights")).HiddenOf("/setup/units/city-lights").ToArray();
        await _host.SubmitAsync("/setup/units/" + PageHost.Unit, "/setup/units/" + PageHost.Unit, ("name", "市城管局"), ("kind", "cityDepartment"));
        var late = await _host.PostAsync("/setup/units/city-lights", [.. stale, ("name", "改了名"), ("kind", "district")]);
        var parent = await _host.SubmitAsync("/setup/units/" + PageHost.Unit, $"/setup/units/{PageHost.Unit}/remove");
        var gone = await _host.SubmitAsync("/setup/units/city-lights", "/setup/units/city-lights/remove");

        Assert.Contains("已保存", made.Text, StringComparison.Ordinal);
        Assert.Equal(("市照明处", PageHost.Unit, "+8613800001234", 2, 2), (unit!.Name, unit.ParentId, unit.Contacts![0].Phone, unit.AreaIds!.Count, unit.OfficeHours!.Count));
        Assert.Equal(412, late.Status);
        Assert.Contains("value=\"改了名\"", late.Html, StringComparison.Ordinal);
        Assert.Equal(409, parent.Status);
        Assert.Contains("已删除", gone.Text, StringComparison.Ordinal);
        Assert.Null(await UnitAsync("city-lights"));
        var audit = await _host.Services.GetRequiredService<AuditLog>().ReadDayAsync(new(2026, 11, 20), 50);
        Assert.Equal(["1 → 2", "2 → 3", "3 → 4"], audit.Items.Where(e => e is { Action: "setupChanged", Subject: "units" }).Select(e => e.Detail).Order());
    }

    [Fact]
    public async Task Unit_WithWrongFields_SaysWhereAndKeepsWhatWasTyped()
    {
        var page = await _host.SubmitAsync("/setup/units/new", "/setup/units", ("id", "Bad Id"), ("name", ""), ("kind", "cityDepartment"),
            ("c1.name", "钱二"), ("c1.phone", "12"), ("hours", "早九晚五"), ("areaIds", "nowhere"));

        Assert.Equal(400, page.Status);
        Assert.Contains("value=\"钱二\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("09:00-12:00, 13:00-18:00", page.Text, StringComparison.Ordinal);
        var second = await _host.SubmitAsync("/setup/units/new", "/setup/units", ("id", "Bad Id"), ("name", ""), ("kind", "cityDepartment"), ("c1.name", "钱二"), ("c1.phone", "12"), ("areaIds", "nowhere"));
        foreach (var id in (string[])["unit-id", "unit-name", "unit-c1-phone", "unit-areaIds"])
            Assert.Contains($"href=\"#{id}\"", second.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unit_ThatTicketsOrAccountsStillName_IsNotRemoved_ByPageOrApi()
    {
        const string unit = "city-lights";
        await _host.SubmitAsync("/setup/units/new", "/setup/units", ("id", unit), ("name", "市照明处"), ("kind", "cityDepartment"));
        var (number, _) = await _host.DispatchedAsync(unit);
        await _host.ApiAsync(HttpMethod.Post, "/api/v1/accounts", "demo-admin", new { userName = "lamp.man", displayName = "孙灯", role = "unit", unitId = unit });

        var refused = await _host.SubmitAsync("/setup/units/" + unit, $"/setup/units/{unit}/remove");
        var rest = (await _host.Services.GetRequiredService<CitySource>().GetAsync()).Units.Where(u => u.Id != unit);
        var api = await Assert.ThrowsAsync<InvalidOperationException>(() => _host.ApiAsync(HttpMethod.Put, "/api/v1/units", "demo-admin", rest.Select(u => new { id = u.Id, name = u.Name, parentId = u.ParentId })));

        Assert.Equal(409, refused.Status);
        Assert.Contains(number, refused.Text, StringComparison.Ordinal);
        Assert.Contains("lamp.man", refused.Text, StringComparison.Ordinal);
        Assert.Contains("unitInUse", api.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Area_IsAddedRenamedMovedAndRemoved()
    {
        var added = await _host.SubmitAsync("/setup/areas/990101", "/setup/areas", ("id", "990101999"), ("name", "新街道"));
        await _host.SubmitAsync("/setup/areas/990101999", "/setup/areas/990101999", ("name", "新湖街道"), ("parentId", "990102"), ("aliases", "新湖路、湖边小区"));
        var area = (await CityAsync()).FindArea("990101999");
        var circle = await _host.SubmitAsync("/setup/areas/990102", "/setup/areas/990102", ("name", "区"), ("parentId", "990101999"));
        var full = await _host.SubmitAsync("/setup/areas/990102", "/setup/areas/990102/remove");
        var again = await _host.SubmitAsync("/setup/areas", "/setup/areas", ("id", "990101999"), ("name", "重号"));
        await _host.SubmitAsync("/setup/areas/990101999", "/setup/areas/990101999/remove");

        Assert.Contains("已添加", added.Text, StringComparison.Ordinal);
        Assert.Equal(("新湖街道", "990102"), (area!.Name, area.ParentId));
        Assert.Equal(["新湖路", "湖边小区"], area.Aliases);
        Assert.Equal((400, 400, 400), (circle.Status, full.Status, again.Status));
        Assert.Contains("value=\"重号\"", again.Html, StringComparison.Ordinal);
        Assert.Null((await CityAsync()).FindArea("990101999"));
    }

    [Fact]
    public async Task Catalogue_ShowsWhatARuleChangesBeforeItIsSaved()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        var ticket = (await _host.ReadAsync(number))!.Ticket;
        var rule = new[] { ("categoryPrefix", ticket.CategoryId!), ("areaPrefix", ticket.AreaId!), ("leadUnitId", "water-group"), ("coUnitIds", ""), ("tags", ""), ("priority", "") };
        var before = (await CityAsync()).Catalogue.Count;

        var bad = await _host.SubmitAsync("/setup/catalogue/rule", "/setup/catalogue/preview", [("id", "new-rule"), .. rule.Where(r => r.Item1 != "leadUnitId"), ("leadUnitId", "nobody")]);
        var diff = await _host.SubmitAsync("/setup/catalogue/rule", "/setup/catalogue/preview", [("id", "new-rule"), .. rule]);
        Assert.Equal(before, (await CityAsync()).Catalogue.Count);
        var csv = System.Net.WebUtility.HtmlDecode(Regex.Match(diff.Html, "<textarea name=\"csv\" hidden>(.*?)</textarea>", RegexOptions.Singleline).Groups[1].Value);
        var saved = await _host.PostAsync("/setup/catalogue/save", [.. diff.HiddenOf("/setup/catalogue/save"), ("csv", csv)]);
        var late = await _host.PostAsync("/setup/catalogue/save", [.. diff.HiddenOf("/setup/catalogue/save"), ("csv", csv)]);

        Assert.Equal(400, bad.Status);
        Assert.Matches("1 条新增 .*1 件改派", diff.Text);
        Assert.Contains(number, diff.Text, StringComparison.Ordinal);
        Assert.Equal(303, saved.Status);
        Assert.Equal(412, late.Status);
        Assert.Equal("water-group", (await CityAsync()).Catalogue.Single(r => r.Id == "new-rule").LeadUnitId);
    }

    [Fact]
    public async Task Catalogue_ComesAndGoesAsCsv_AndTriesAText()
    {
        var csv = await _host.Client.GetStringAsync("/setup/catalogue.csv");
        var lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var page = await _host.GetAsync("/setup/catalogue");

        var diff = await UploadAsync(string.Join("\r\n", lines[..^1]));
        var broken = await UploadAsync("id,categoryPrefix\r\nx,y");
        var tried = await _host.SubmitAsync("/setup/catalogue", "/setup/catalogue/try#try", ("subject", "小区停水三天"), ("description", "自来水公司电话打不通，全楼没有水。"));

        Assert.Matches("1 条删除", diff.Text);
        Assert.Equal(400, broken.Status);
        Assert.Contains("leadUnitId", broken.Text, StringComparison.Ordinal);
        Assert.Equal(200, tried.Status);
        Assert.Matches("会派给|会留给", tried.Text);
        Assert.Contains("小区停水三天", tried.Html, StringComparison.Ordinal);

        async Task<Shown> UploadAsync(string text)
        {
            using var content = new MultipartFormDataContent();
            foreach (var (name, value) in page.HiddenOf("/setup/catalogue/preview"))
                content.Add(new StringContent(value), name);
            content.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text)), "file", "catalogue.csv");
            using var answer = await _host.Client.PostAsync("/setup/catalogue/preview", content);
            return await Shown.OfAsync(answer);
        }
    }

    [Fact]
    public async Task Policy_RuleIsSetReplacedAndRemoved()
    {
        var set = await _host.SubmitAsync("/setup/policies", "/setup/policies", ("type", "Complaint"), ("resolve", "3"), ("resolve.unit", "workingDays"), ("maxExtension", "5"));
        await _host.SubmitAsync("/setup/policies", "/setup/policies", ("type", "Complaint"), ("resolve", "2"), ("resolve.unit", "workingDays"));
        var rules = (await CityAsync()).Policies;
        var unset = await _host.SubmitAsync("/setup/policies", "/setup/policies", ("type", "Help"));
        var half = await _host.SubmitAsync("/setup/policies", "/setup/policies", ("sign", "2"));
        var edit = await _host.GetAsync("/setup/policies?rule=0");
        var removed = await _host.SubmitAsync("/setup/policies", "/setup/policies/remove");

        Assert.Equal(200, set.Status);
        Assert.Equal(3, rules.Version);
        Assert.Equal(2, Assert.Single(rules.Rules).Resolve!.Value.Amount);
        Assert.Equal((400, 400), (unset.Status, half.Status));
        Assert.Contains("href=\"#policy-sign-unit\"", half.Html, StringComparison.Ordinal);
        Assert.Matches("id=\"policy-resolve\"[^>]*value=\"2\"", edit.Html);
        Assert.Contains("已删除", removed.Text, StringComparison.Ordinal);
        Assert.Empty((await CityAsync()).Policies.Rules);
    }

    [Fact]
    public async Task Calendar_SaysWhichDeadlinesMove_AndMovesThemWhenPublished()
    {
        var (number, _) = await _host.DispatchedAsync(PageHost.Unit);
        var due = (await _host.ReadAsync(number))!.Ticket.Latest(HotlinePush.Clocks.ClockKind.Resolve)!.DueAt;
        var notice = string.Join('\n', (await CityAsync()).Calendar.Years[2026].Days.Select(d => $"{d.Date:yyyy-MM-dd} {d.Name} {(d.IsOffDay ? "休" : "班")}")) + "\n2026-11-24 临时放假 休";

        var wrong = await _host.SubmitAsync("/setup/calendar/2026", "/setup/calendar/2026/preview", ("notice", "明天放假"));
        var preview = await _host.SubmitAsync("/setup/calendar/2026", "/setup/calendar/2026/preview", ("notice", notice));
        Assert.Equal(due, (await _host.ReadAsync(number))!.Ticket.Latest(HotlinePush.Clocks.ClockKind.Resolve)!.DueAt);
        var published = await _host.PostAsync("/setup/calendar/2026", [.. preview.HiddenOf("/setup/calendar/2026"), ("notice", notice)]);

        Assert.Equal(400, wrong.Status);
        Assert.Contains("明天放假</textarea>", wrong.Html, StringComparison.Ordinal);
        Assert.Contains(number, preview.Text, StringComparison.Ordinal);
        Assert.Matches("个未到期时限会变，涉及 1 件工单", preview.Text);
        Assert.Equal(303, published.Status);
        Assert.False((await CityAsync()).Calendar.IsWorkingDay(new(2026, 11, 24)));
    }

    [Fact]
    public async Task Account_IsMadeResetAndDisabledInThePages()
    {
        var made = await _host.SubmitAsync("/setup/accounts/new", "/setup/accounts", ("userName", "qian.yi"), ("displayName", "钱一"), ("role", "desk"), ("unitId", ""), ("position", ""));
        var id = AccountStore.IdOf("qian.yi");
        var password = Regex.Match(made.Html, "class=\"secret code\">([^<]+)<").Groups[1].Value;
        var taken = await _host.SubmitAsync("/setup/accounts/new", "/setup/accounts", ("userName", "qian.yi"), ("displayName", "钱二"), ("role", "desk"));
        var reset = await _host.SubmitAsync("/setup/accounts/" + id, $"/setup/accounts/{id}/reset-password");
        var moved = await _host.SubmitAsync("/setup/accounts/" + id, "/setup/accounts/" + id, ("displayName", "钱一一"), ("role", "unit"), ("unitId", PageHost.Unit), ("position", "head"));
        var disabled = await _host.SubmitAsync("/setup/accounts/" + id, $"/setup/accounts/{id}/disable");
        var own = await _host.SubmitAsync("/setup/accounts/" + AccountStore.IdOf("admin"), $"/setup/accounts/{AccountStore.IdOf("admin")}/disable");

        Assert.Matches("^([a-z2-9]{4}-){3}[a-z2-9]{4}$", password);
        Assert.DoesNotContain(password, reset.Html, StringComparison.Ordinal);
        Assert.Contains("secret code", reset.Html, StringComparison.Ordinal);
        Assert.Equal(409, taken.Status);
        Assert.Contains("value=\"钱二\"", taken.Html, StringComparison.Ordinal);
        Assert.Equal(200, moved.Status);
        Assert.Contains("已停用", disabled.Text, StringComparison.Ordinal);
        Assert.Equal(409, own.Status);
        var account = await _host.Services.GetRequiredService<AccountStore>().ReadAsync(id);
        Assert.Equal((Role.Unit, Position.Head, true), (account!.Role, account.Position, account.Disabled));
    }

    [Fact]
    public async Task Key_IsShownOnceAndRevoked()
    {
        var issued = await _host.SubmitAsync("/setup/keys", "/setup/keys", ("name", "呼叫中心"), ("role", "desk"), ("unitId", ""));
        var plain = Regex.Match(issued.Html, "class=\"secret code\">([^<]+)<").Groups[1].Value;
        await _host.ApiAsync(HttpMethod.Get, "/api/v1/units", plain);
        Assert.DoesNotContain(plain, (await _host.GetAsync("/setup/keys")).Html, StringComparison.Ordinal);
        var action = Regex.Match(issued.Html, "/setup/keys/[0-9a-f]{16}/revoke").Value;

        var revoked = await _host.SubmitAsync("/setup/keys", action);

        Assert.Contains("已吊销", revoked.Text, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _host.ApiAsync(HttpMethod.Get, "/api/v1/units", plain));
    }

    [Fact]
    public async Task DeadLetter_IsShownWithItsReasonAndSentRoundAgain()
    {
        var bus = _host.Services.GetRequiredService<IMessageBus>();
        await bus.SendAsync([new(Queues.Jobs, "dead-1", "ticket.learn.v1", """{"number":"26112012345678"}""")]);
        var message = (await bus.ReceiveAsync(Queues.Jobs, 1, TimeSpan.FromMinutes(1), TimeSpan.Zero))[0];
        await bus.SettleAsync(message, new Settlement.Dead("<b>没有这个工单</b>"));

        var page = await _host.GetAsync("/setup/dead-letters");
        var action = System.Net.WebUtility.HtmlDecode(Regex.Match(page.Html, "action=\"(/setup/dead-letters/[^\"]+/replay)\"").Groups[1].Value);
        var replayed = await _host.SubmitAsync("/setup/dead-letters", action);

        Assert.Contains("<b>没有这个工单</b>", page.Text.Replace("&lt;", "<", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", page.Html, StringComparison.Ordinal);
        Assert.Contains("已重新处理", replayed.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await bus.CountAsync(Queues.Jobs)).Ready);
    }

    private async Task<City> CityAsync() => await _host.Services.GetRequiredService<CitySource>().GetAsync();

    private async Task<Unit?> UnitAsync(string id) => (await CityAsync()).FindUnit(id);
}
