using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using HotlinePush.Local;
using HotlinePush.Messaging;
using HotlinePush.Operations;
using HotlinePush.Tests.Docs;
using HotlinePush.Tests.Support;
using HotlinePush.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HotlinePush.Tests.Cloud;

/// <summary>
/// The two hosts have the same endpoints, queues, timers and settings. The cloud's needs SDKs that this build does without, so its source text is read.
/// </summary>
public sealed partial class TriggerTests : IAsyncLifetime
{
    private const string Folder = "functions/HotlinePush.Functions";
    private const string Doc = "docs/functions.md";

    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public Task InitializeAsync()
    {
        _app = LocalHost.Build(new LocalOptions { Urls = "http://127.0.0.1:0", Data = Path.Combine(_folder.Path, "data"), NoBrowser = true });
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void HttpTriggers_WhenComparedWithTheWaysIn_AreTheseAndACatchAll()
    {
        var triggers = HttpTrigger().Matches(Source("HttpTriggers.cs"));

        Assert.Equal(
            Intakes.All.Select(i => i.Name).Append(nameof(Intakes.Pages)),
            triggers.Select(m => m.Groups["name"].Value));
        // Function, method and route of one name; anonymous, since the product knows its callers itself; no method named, so that none is refused by the platform.
        Assert.All(triggers, m => Assert.Equal((m.Groups["name"].Value, m.Groups["name"].Value), (m.Groups["method"].Value, m.Groups["route"].Value)));
        Assert.Equal(triggers.Count, Regex.Count(Source("HttpTriggers.cs"), @"\[Function\("));
    }

    /// <summary>The platform tries routes in the order of the functions' names.</summary>
    [Fact]
    public void CatchAll_WhenFunctionsAreTriedByName_ComesLast() =>
        Assert.All(Intakes.All, i => Assert.True(string.Compare(i.Name, nameof(Intakes.Pages), StringComparison.OrdinalIgnoreCase) < 0, i.Name));

    [Fact]
    public void Routes_WhenThePlatformHasPathsOfItsOwn_LieElsewhere() =>
        Assert.DoesNotContain(Paths(), p => p.StartsWith("/admin", StringComparison.OrdinalIgnoreCase) || p.StartsWith("/runtime", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Hooks_WhenAProviderCalls_HaveATriggerOfTheirOwn() =>
        Assert.All(Paths().Where(p => p.StartsWith("/hooks/", StringComparison.Ordinal)), p => Assert.NotNull(Intakes.Of(p)));

    [Fact]
    public void Intakes_WhenTheyHaveARoute_AreFoundByIt() =>
        Assert.All(Intakes.All, i => Assert.Equal(i.Route, (string)typeof(Intakes).GetField(i.Name)!.GetRawConstantValue()!));

    [Fact]
    public void QueueTriggers_WhenComparedWithTheQueues_AreOneForEach()
    {
        var triggers = QueueTrigger().Matches(Source("QueueTriggers.cs"));

        Assert.Equal(Queues.All.Order(), triggers.Select(m => (string)typeof(Queues).GetField(m.Groups["queue"].Value)!.GetRawConstantValue()!).Order());
        Assert.All(triggers, m => Assert.Equal((m.Groups["queue"].Value, m.Groups["queue"].Value), (m.Groups["name"].Value, m.Groups["handled"].Value)));
        Assert.Equal(triggers.Count, Regex.Count(Source("QueueTriggers.cs"), @"\[Function\("));
    }

    [Fact]
    public void TimerTriggers_WhenComparedWithTheTimedRuns_AreOneForEachAndAsOften()
    {
        var triggers = TimerTrigger().Matches(Source("TimerTriggers.cs")).ToDictionary(m => m.Groups["name"].Value, m => Period(m.Groups["schedule"].Value));
        var names = typeof(TimedRuns).GetFields(BindingFlags.Static | BindingFlags.Public).Select(f => (string)f.GetRawConstantValue()!).ToList();

        Assert.Equal(names.Order(), triggers.Keys.Order());
        Assert.Equal(triggers.Count, Regex.Count(Source("TimerTriggers.cs"), @"\[Function\("));
        Assert.All(_app.Services.GetRequiredService<TimedRuns>().All, run => Assert.Equal(run.BySetting ? TimeSpan.FromMinutes(1) : run.Every, triggers[run.Name]));
        // Those that providers add are made in projects that this build leaves out.
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(DocTable.Root, "shared"), "*.cs", SearchOption.AllDirectories).SelectMany(f => NewRun().Matches(File.ReadAllText(f))),
            m => Assert.Contains(m.Groups["name"].Value, names));
    }

    [Fact]
    public void Hosts_WhenPutTogether_TakeTheSameParts()
    {
        var local = Source("../HotlinePush.Local/LocalHost.cs") + Source("../HotlinePush.Local/ProvidersOfThisBuild.cs");
        var cloud = Source("Program.cs");

        // Where the data lies is what they differ in.
        Assert.Equal(
            Part().Matches(local).Select(m => m.Value).Except(["AddSqliteStorage("]).Distinct().Order(),
            Part().Matches(cloud).Select(m => m.Value).Except(["AddHotlineCloud("]).Distinct().Order());
        // What reads settings for both.
        Assert.Equal(
            Settings().Matches(local).Select(m => m.Groups[1].Value).Distinct().Order(),
            Settings().Matches(cloud).Select(m => m.Groups[1].Value).Except([nameof(QueuePlaces)]).Distinct().Order());
    }

    [Fact]
    public void Triggers_WhenDescribed_StandInTheTables()
    {
        DocTable.AssertSame(Doc, Intakes.All.Select(i => $"{i.Name} {i.Path}").Append("Pages /"), DocTable.Read(Doc, "HTTP trigger").Select(r => $"{DocTable.Words(r[0]).Single()} {DocTable.Words(r[1])[0]}"));
        DocTable.AssertSame(
            Doc, TimerTrigger().Matches(Source("TimerTriggers.cs")).Select(m => $"{m.Groups["name"].Value} {m.Groups["schedule"].Value}"),
            DocTable.Read(Doc, "timer trigger").Select(r => $"{DocTable.Words(r[0]).Single()} {DocTable.Words(r[1]).Single()}"));
        DocTable.AssertSame(
            Doc, QueueTrigger().Matches(Source("QueueTriggers.cs")).Select(m => $"Handle{m.Groups["queue"].Value}"), DocTable.Read(Doc, "queue trigger").Select(r => DocTable.Words(r[0]).Single()));
    }

    [Fact]
    public void HostSettings_WhenSet_AreJustified()
    {
        using var host = JsonDocument.Parse(Source("host.json"));

        DocTable.AssertSame(Doc, Leaves(host.RootElement, ""), DocTable.Read(Doc, "host.json").Select(r => $"{DocTable.Words(r[0]).Single()} = {DocTable.Words(r[1]).Single()}"));
    }

    private static IEnumerable<string> Leaves(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Name : $"{path}.{p.Name}"))
        : [$"{path} = {element.GetRawText()}"];

    private static TimeSpan Period(string schedule) => schedule.Split(' ') switch
    {
        [_, "*", "*", "*", "*", "*"] => TimeSpan.FromMinutes(1),
        [_, ['*', '/', .. var minutes], "*", "*", "*", "*"] => TimeSpan.FromMinutes(int.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture)),
        [_, _, "*", "*", "*", "*"] => TimeSpan.FromHours(1),
        [_, _, _, "*", "*", "*"] => TimeSpan.FromDays(1),
        _ => throw new FormatException($"A schedule of another kind: {schedule}."),
    };

    private List<string> Paths() =>
        [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText!.Trim('/'))];

    private static string Source(string file) => File.ReadAllText(Path.Combine(DocTable.Root, Folder, file));

    [GeneratedRegex(@"\[Function\(nameof\((?<name>\w+)\)\)\]\s+public Task<IResult> (?<method>\w+)\(\[HttpTrigger\(AuthorizationLevel\.Anonymous, Route = Intakes\.(?<route>\w+)\)\] HttpRequest request, CancellationToken ct\) => AnswerAsync\(request, ct\);")]
    private static partial Regex HttpTrigger();

    [GeneratedRegex(@"\[Function\(nameof\(Handle(?<name>\w+)\)\)\]\s+public Task Handle\k<name>\(\s*\[ServiceBusTrigger\(Queues\.(?<queue>\w+), Connection = CloudSettings\.BusConnection, AutoCompleteMessages = false\)\] ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken ct\) =>\s+settler\.HandleAsync\(Queues\.(?<handled>\w+), message, actions, ct\);")]
    private static partial Regex QueueTrigger();

    [GeneratedRegex("""\[Function\(TimedRuns\.(?<name>\w+)\)\]\s+public Task \k<name>\(\[TimerTrigger\("(?<schedule>[^"]+)"\)\] TimerInfo timer, CancellationToken ct\) => runs\.RunAsync\(TimedRuns\.\k<name>, ct\);""")]
    private static partial Regex TimerTrigger();

    [GeneratedRegex(@"new TimedRun\((?:TimedRuns\.)?(?<name>\w+),")]
    private static partial Regex NewRun();

    [GeneratedRegex(@"\bAdd(Hotline\w+|Sqlite\w+|MailAndTwilio)\(|\bMapProduct\(")]
    private static partial Regex Part();

    [GeneratedRegex(@"\b(\w+)\.(?:Read|Required)\((?:builder\.)?[cC]onfiguration\b")]
    private static partial Regex Settings();
}
