using System.Text.RegularExpressions;
using HotlinePush.Pages;
using HotlinePush.Security;
using HotlinePush.Storage;
using HotlinePush.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Pages;

public sealed class PageFrameTests
{
    [Fact]
    public void Texts_StandInBothLanguages_WithTheSameBlanks()
    {
        Assert.Equal(Texts.Chinese.Keys.Order(StringComparer.Ordinal), Texts.English.Keys.Where(k => !k.EndsWith(".one", StringComparison.Ordinal) || Texts.Chinese.Find(k) is not null).Order(StringComparer.Ordinal));
        foreach (var key in Texts.English.Keys)
            Assert.NotEqual("", Texts.English[key]);
    }

    [Fact]
    public void Texts_NameEveryStateTypeReasonClockAndRole()
    {
        foreach (var texts in (Texts[])[Texts.Chinese, Texts.English])
        {
            foreach (var state in Enum.GetValues<TicketState>())
                Assert.NotNull(texts.Find("state." + state) ?? throw new KeyNotFoundException("state." + state));
            foreach (var role in Enum.GetValues<Role>())
                Assert.NotEqual("", texts["role." + role]);
            foreach (var code in (string[])[.. ReasonCodes.Return, .. ReasonCodes.Extend, .. ReasonCodes.Suspend, .. ReasonCodes.Decline, .. ReasonCodes.Terminate, .. ReasonCodes.Park])
                Assert.NotEqual("", texts["reason." + code]);
            foreach (var kind in Enum.GetNames<HotlinePush.Clocks.ClockKind>())
                Assert.NotEqual("", texts["clock." + kind]);
            foreach (var happened in typeof(TicketEvent).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false).Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>())
            {
                var action = ((TicketEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(happened.DerivedType)).Action;
                Assert.NotEqual("", texts["event." + action]);
            }
        }
    }

    [Theory]
    [InlineData(Language.Chinese, "11月25日 18:00（周三）")]
    [InlineData(Language.English, "Wed 25 Nov 18:00")]
    public void Moment_IsWrittenAsPeopleReadIt(Language language, string expected)
    {
        var now = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.FromHours(8));

        Assert.Equal(expected, new Moments(Texts.In(language), now).Moment(new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task Pages_KeepWithinThePolicy_AndAskOtherSitesForNothing()
    {
        await using var host = await PageHost.StartAsync();
        var (number, code) = await host.DispatchedAsync(PageHost.Unit);
        await host.SignInAsync("demo-unit-" + PageHost.Unit);

        foreach (var path in (string[])["/", "/track", "/glossary", "/sign-in", $"/tickets/{number}?code={code}", $"/tickets/{number}/receipt?code={code}", "/unit", "/unit/tickets/" + number, "/unit/today", $"/unit/tickets/{number}/sheet", "/nowhere"])
        {
            var page = await host.GetAsync(path);
            Assert.DoesNotMatch("<style|<script(?! src=\"/assets/)| style=| on[a-z]+=|javascript:", page.Html);
            Assert.DoesNotMatch("(src|href|action)=\"(https?:)?//", page.Html);
            Assert.DoesNotContain("unsafe", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            Assert.Single(Regex.Matches(page.Html, "<h1"));
        }
    }

    [Fact]
    public async Task Assets_AreKeptForAYear_UnderANameMadeOfTheirContent()
    {
        await using var host = await PageHost.StartAsync();
        var address = Regex.Match((await host.GetAsync("/")).Html, "href=\"(/assets/site-[^\"]+\\.css)\"").Groups[1].Value;

        var style = await host.GetAsync(address);

        Assert.Equal(200, style.Status);
        Assert.Equal("public, max-age=31536000, immutable", style.Headers["Cache-Control"]);
        Assert.Equal(404, (await host.GetAsync("/assets/site-other.css")).Status);
    }

    [Fact]
    public async Task Error_IsAPageOfTheSameFrame_InTheReadersLanguage()
    {
        await using var host = await PageHost.StartAsync();

        var missing = await host.GetAsync("/no-such-page?lang=en");

        Assert.Equal(404, missing.Status);
        Assert.Contains("<html lang=\"en\">", missing.Html, StringComparison.Ordinal);
        Assert.Contains("class=\"brand\"", missing.Html, StringComparison.Ordinal);
        Assert.Contains("The page or ticket was not found", missing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_OfFiftyTickets_IsUnderFiftyKilobytes()
    {
        await using var host = await PageHost.StartAsync();
        for (var i = 0; i < 51; i++)
            await host.DispatchedAsync(PageHost.Unit, $"小区门口第{i}盏路灯连续三天晚上不亮，出行不便，请尽快维修");
        var queue = await host.SignInAsync("demo-unit-" + PageHost.Unit);

        Assert.Equal(50, Regex.Matches(queue.Html, "<tr").Count - 1);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(queue.Html), 1, 50 * 1024);
        var next = System.Net.WebUtility.HtmlDecode(Regex.Match(queue.Html, "rel=\"next\" href=\"([^\"]+)\"").Groups[1].Value);
        Assert.Equal(1, Regex.Matches((await host.GetAsync(next)).Html, "<tr").Count - 1);
    }

    [Fact]
    public async Task FormTokens_AreReadByEveryInstance_AndTheirKeysAreStoredSealed()
    {
        await using var host = await PageHost.StartAsync();
        await host.GetAsync("/");

        var rows = await host.Services.GetRequiredService<ITableStore>().ReadRangeAsync("keys", Keys.Of("protection"), new("!", "~"), 10);

        var row = Assert.Single(rows.Rows);
        var xml = System.Text.Encoding.UTF8.GetString(row.Value.Span);
        Assert.Contains("<sealed", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal);
    }
}
