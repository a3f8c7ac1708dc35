using System.Text.RegularExpressions;
using HotlinePush.Tests.Pages;
using HotlinePush.Tickets;
using Microsoft.Playwright;

namespace HotlinePush.BrowserTests;

/// <summary>The ways people mostly go, with and without JavaScript.</summary>
public sealed class MainWayTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    [BrowserFact]
    public Task Resident_FilesAndFollows() => ResidentAsync(javaScript: true, phone: false);

    [BrowserFact]
    public Task Resident_FilesAndFollows_WithoutJavaScript_OnAPhone() => ResidentAsync(javaScript: false, phone: true);

    [BrowserFact]
    public Task Unit_SignsAndAnswers() => UnitAsync(javaScript: true);

    [BrowserFact]
    public Task Unit_SignsAndAnswers_WithoutJavaScript() => UnitAsync(javaScript: false);

    [BrowserFact]
    public async Task Resident_FilesWithTheKeyboardAlone()
    {
        await using var window = await run.OpenAsync();
        var page = window.Page;
        await page.GotoAsync("/");

        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("#main", await page.EvaluateAsync<string>("document.activeElement.getAttribute('href')"));
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "type");
        await page.Keyboard.PressAsync("ArrowDown");
        await TypeAsync(page, "subject", "路口红绿灯不亮");
        await TypeAsync(page, "description", "早高峰没有信号，很危险。");
        await TabToAsync(page, "districtId");
        await page.Keyboard.PressAsync("ArrowDown");
        await TypeAsync(page, "contact.phone", "19900000124");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync(new Regex("/receipt"));
        Assert.Matches(@"\d{14}", await page.Locator("dd.code").First.InnerTextAsync());
    }

    [BrowserFact]
    public async Task Follower_IsToldWhenSomethingChanged()
    {
        var (number, code) = await run.Host.DispatchedAsync(PageHost.Unit);
        await using var window = await run.OpenAsync();
        await window.Page.Clock.InstallAsync();
        await window.Page.GotoAsync($"/tickets/{number}?code={code}");
        var notice = window.Page.GetByText("有新进展");
        Assert.False(await notice.IsVisibleAsync());

        await run.Host.ApiAsync(HttpMethod.Post, $"/api/v1/tickets/{number}/actions/sign", "demo-unit-" + PageHost.Unit);
        await window.Page.Clock.RunForAsync(25_000);

        await Assertions.Expect(notice).ToBeVisibleAsync();
    }

    private async Task ResidentAsync(bool javaScript, bool phone)
    {
        await using var window = await run.OpenAsync(javaScript, phone: phone);
        var page = window.Page;
        await page.GotoAsync("/");
        await page.GetByLabel("投诉").CheckAsync();
        await page.GetByLabel("一句话说明").FillAsync("楼下烧烤店油烟扰民");
        await page.GetByLabel("区县").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByRole(AriaRole.Button, new() { Name = "提交", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("请写明发生了什么");
        await Assertions.Expect(page.GetByLabel("一句话说明")).ToHaveValueAsync("楼下烧烤店油烟扰民");
        await page.GetByLabel("具体情况").FillAsync("每天晚上油烟直排，窗户不能开。");
        await page.GetByLabel("电话").FillAsync("199 0000 0125");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("已收到您的诉求");
        await Assertions.Expect(page.Locator(".days .due")).ToContainTextAsync("第5个工作日");
        await page.GetByRole(AriaRole.Link, new() { Name = "查看进度" }).Last.ClickAsync();
        await Assertions.Expect(page.Locator(".timeline")).ToContainTextAsync("收到您的诉求");
        await page.GetByLabel("要补充的内容").FillAsync("周末更严重。");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交补充" }).ClickAsync();
        await Assertions.Expect(page.GetByText("已补充")).ToBeVisibleAsync();
    }

    private async Task UnitAsync(bool javaScript)
    {
        var subject = "路灯不亮 " + Guid.NewGuid().ToString("N")[..6];
        var (number, _) = await run.Host.DispatchedAsync(PageHost.Unit, subject);
        await using var window = await run.OpenAsync(javaScript);
        var page = window.Page;
        await page.GotoAsync("/unit");
        await page.Locator("details:has(input[name=key]) summary").ClickAsync();
        await page.GetByLabel("密钥").FillAsync("demo-unit-" + PageHost.Unit);
        await page.Locator("form:has(input[name=key]) .button").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = subject }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "签收" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("已签收");
        await page.GetByLabel("答复内容").FillAsync("已更换灯泡，今晚起正常。");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交答复" }).ClickAsync();
        await Assertions.Expect(page.Locator(".answer")).ToContainTextAsync("已更换灯泡");
        Assert.Equal(TicketState.Answered, (await run.Host.ReadAsync(number))!.Ticket.State);
    }

    private static async Task TypeAsync(IPage page, string field, string text)
    {
        await TabToAsync(page, field);
        await page.Keyboard.TypeAsync(text);
    }

    private static async Task TabToAsync(IPage page, string field)
    {
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string?>("document.activeElement.name") == field)
                return;
        }

        Assert.Fail($"The Tab key does not reach {field}.");
    }
}
