using System.Reflection;
using HotlinePush.Local;
using HotlinePush.Security;
using HotlinePush.Tests.Support;
using HotlinePush.Tickets;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Docs;

/// <summary>The tables of <c>docs/api.md</c> against the endpoints and the rules.</summary>
public sealed class ApiDocTests : IAsyncLifetime
{
    private const string File = "docs/api.md";
    private const string Actions = "/api/v1/tickets/{number}/actions/";

    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public Task InitializeAsync()
    {
        _app = LocalHost.Build(new LocalOptions { Urls = "http://127.0.0.1:0", Data = Path.Combine(_folder.Path, "data"), Demo = true, NoBrowser = true });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Routes_WhenMapped_StandWithMethodAndWhoMayCall() => DocTable.AssertSame(
        File,
        Endpoints().Where(e => !e.Path.StartsWith(Actions, StringComparison.Ordinal)).Select(e => $"| `{e.Method}` | `{e.Path}` | {e.Who} |"),
        DocTable.Read(File, "method", "path").Select(r => $"| {r[0]} | {r[1]} | {r[2]} |"));

    [Fact]
    public void Actions_WhenMapped_StandWithWhoMayDoThem() => DocTable.AssertSame(
        File,
        Endpoints().Where(e => e.Path.StartsWith(Actions, StringComparison.Ordinal)).Select(e => $"| `{e.Path[Actions.Length..]}` | {e.Who} |"),
        DocTable.Read(File, "action", "who").Select(r => $"| {r[0]} | {r[1]} |"));

    [Fact]
    public void States_WhenNamedWithActions_AreThoseOfTheLifecycle()
    {
        var named = DocTable.Read(File, "action", "who").SelectMany(r => DocTable.Words(r[2]).Concat(DocTable.Words(r[3])));
        DocTable.AssertSame(File, Enum.GetNames<TicketState>(), named);
    }

    [Fact]
    public void ReasonCodes_WhenTheRulesKnowThem_StandInTheTable()
    {
        var code = typeof(ReasonCodes).GetFields(BindingFlags.Static | BindingFlags.Public)
            .SelectMany(f => ((IEnumerable<string>)f.GetValue(null)!).Select(word => $"{f.Name} {word}"));
        var docs = DocTable.Read(File, "reasons of", "codes").SelectMany(r => DocTable.Words(r[1]).Select(word => $"{r[0]} {word}"));
        DocTable.AssertSame(File, code, docs);
    }

    [Fact]
    public void Refusals_WhenTheyHaveAStatus_StandInTheTable() => DocTable.AssertSame(
        File,
        Problems.Codes.Select(c => $"| `{c}` | {Problems.KindOf(c).Status} | {Problems.KindOf(c).TitleEn} |"),
        DocTable.Read(File, "code", "status").Select(r => $"| {r[0]} | {r[1]} | {r[2]} |"));

    [Fact]
    public void Roles_WhenAKeyMayHaveThem_StandInTheTable() => DocTable.AssertSame(
        File,
        Enum.GetValues<Role>().Where(r => r is not (Role.Public or Role.Resident or Role.System)).Select(Word),
        DocTable.Read(File, "role").Select(r => DocTable.Words(r[0]).Single()));

    /// <summary>Every endpoint of the API and of health; pages have no contract.</summary>
    private IEnumerable<(string Method, string Path, string Who)> Endpoints() =>
        from endpoint in _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.Trim('/')
        where path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/hooks/", StringComparison.Ordinal) || path.StartsWith("/open311/", StringComparison.Ordinal) || path.EndsWith('z') || path.StartsWith("/openapi", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["any"]
        let rule = endpoint.Metadata.GetMetadata<AccessRule>()
        select (method, path, rule is null ? "unstated" : !rule.NeedsKey ? "anyone" : rule.Roles.Count == 0 ? "any key" : string.Join(", ", rule.Roles.Order().Select(Word)));

    private static string Word(Role role) => char.ToLowerInvariant(role.ToString()[0]) + role.ToString()[1..];
}
