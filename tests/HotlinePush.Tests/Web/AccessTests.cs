using System.Net;
using System.Text;

namespace HotlinePush.Tests.Web;

public sealed class AccessTests
{
    [Theory]
    [InlineData("Bearer desk", 200)]
    [InlineData("bearer desk", 200)]
    [InlineData("Bearer unit", 403)]
    [InlineData("Bearer admin", 403)]
    [InlineData("Bearer nobody", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Basic ZGVzazpkZXNr", 401)]
    [InlineData("desk", 401)]
    public async Task Key_WhenPresented_AllowsWhatItsRoleMay(string authorization, int status)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.GetAsync("/api/v1/desk", ("Authorization", authorization));

        Assert.Equal(status, (int)answer.Status);
        if (status == 401)
        {
            answer.IsProblem(401, "badKey");
            Assert.Contains("invalid_token", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        }
        else if (status == 403)
            answer.IsProblem(403, "roleLacking");
    }

    [Fact]
    public async Task Key_WhenBad_IsRefusedOnPublicEndpointsToo()
    {
        await using var host = await WebHost.StartAsync();

        (await host.GetAsync("/api/v1/things", ("Authorization", "Bearer nobody"))).IsProblem(401, "badKey");
    }

    [Fact]
    public async Task Access_IsDecidedBeforeTheBodyIsLookedAt()
    {
        await using var host = await WebHost.StartAsync();
        var form = new StringContent("x=1", Encoding.UTF8, "application/x-www-form-urlencoded");

        (await host.SendAsync(HttpMethod.Post, "/api/v1/desk", form)).IsProblem(401, "keyRequired");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Origin", "http://localhost", 200)]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("X-Nothing", "x", 403)]
    public async Task Session_WhenWriting_MustComeFromThisSite(string header, string value, int status)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.PostAsync("/api/v1/desk", "{}", ("Cookie", "session=live"), (header, value));

        Assert.Equal(status, (int)answer.Status);
        if (status == 403)
            answer.IsProblem(403, "crossSite");
    }

    [Fact]
    public async Task Session_WhenReading_NeedsNoOrigin_AndWhenOverIsThePublic()
    {
        await using var host = await WebHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/desk", ("Cookie", "session=live"))).Status);
        (await host.GetAsync("/api/v1/desk", ("Cookie", "session=over"))).IsProblem(401, "keyRequired");
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/api/v1/things", ("Cookie", "session=over"))).Status);
    }
}
