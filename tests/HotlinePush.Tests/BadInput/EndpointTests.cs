using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using HotlinePush.Security;
using HotlinePush.Web;

namespace HotlinePush.Tests.BadInput;

/// <summary>What holds for every endpoint there is.</summary>
[Collection(BadInputSuite.Name)]
public sealed partial class EndpointTests(BadInputApp app)
{
    // Why a ticket waits for the desk: written the same way, but no refusals.
    private static readonly string[] DeskReasons = ["confidential", "lowConfidence", "noRule"];

    private static readonly Role[] Staff = [Role.Desk, Role.Unit, Role.Supervisor, Role.Publisher, Role.Reviewer, Role.Admin];

    [Fact]
    public void Endpoint_WhereverItIsMapped_StatesWhoMayCallIt()
    {
        Wrong.None(from route in ApiOperation.Routes(app) where route.Rule is null select $"{route.Method} {route.Path}");
        Assert.True(app.Operations.Count > 30, "The routing table was not found.");
    }

    [Fact]
    public void Endpoint_OfTheApi_IsDescribed()
    {
        var described = app.Operations.Select(o => (o.Method, o.Path)).ToHashSet();

        Assert.DoesNotContain(ApiOperation.Routes(app), r => r.Path.StartsWith("/api/", StringComparison.Ordinal) && !described.Contains((r.Method, r.Path)));
    }

    [Fact]
    public async Task Endpoint_WithoutKey_AnswersOnlyWhereItIsPublic()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        foreach (var operation in app.Operations)
        {
            // A provider's hook asks for no key, but for its signature.
            var verdict = await app.TryAsync(right.Of(operation) with { Key = null });
            if (verdict.Wrong is not null || (operation.Rule.NeedsKey ? (verdict.Status, verdict.Code) != (401, "keyRequired") : verdict.Status is 401 or 403 && verdict.Code != "forged"))
                wrong.Add($"{operation}: {verdict}");
        }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    [Fact]
    public async Task Endpoint_ByRole_LetsPassWhomItNames()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        foreach (var operation in app.Operations.Where(o => o.Path.StartsWith("/api/", StringComparison.Ordinal)))
            foreach (var role in Staff)
            {
                // An unknown ticket for those who may act, so that one role's call does not change what the next one meets.
                var sent = right.Of(operation) with { Key = ApiOperation.KeyOf(role, app.Places) };
                var allowed = !operation.Rule.NeedsKey || operation.Rule.Roles.Count == 0 || operation.Rule.Roles.Contains(role);
                if (allowed && operation.IsWrite)
                    sent = sent with { Target = sent.Target.Replace(app.Places.Number, "26030200000017", StringComparison.Ordinal), Body = operation.IsSetup || operation.TakesUpload ? "[]x"u8.ToArray() : sent.Body };
                var verdict = await app.TryAsync(sent);
                if (verdict.Wrong is not null || (allowed ? operation.Rule.NeedsKey && verdict.Status is 401 or 403 && verdict.Code == "roleLacking" && operation.Rule.Roles.Count > 0 : (verdict.Status, verdict.Code) != (403, "roleLacking")))
                    wrong.Add($"{operation} as {role}: {verdict}");
            }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    /// <summary>Read from the source, because a code that no test meets would answer 409 and log an error.</summary>
    [Fact]
    public void RefusalCode_WhereverItStands_HasARowInTheTable()
    {
        var root = SourceFolder();
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "shared"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "functions"), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Contains("obj")))
        {
            var source = File.ReadAllText(file);
            // The pages write words of all kinds in that form; a refusal is named there.
            foreach (Match match in RefusalCode().Matches(source).Where(m => !m.Value.StartsWith("new(", StringComparison.Ordinal) || !file.Contains("Pages", StringComparison.Ordinal)))
                found.TryAdd(match.Groups[1].Value, Path.GetRelativePath(root, file));
        }

        Assert.True(found.Count > 20, "The source was not found.");
        Wrong.None(found.Where(f => !Problems.IsListed(f.Key) && !DeskReasons.Contains(f.Key)).Select(f => $"{f.Key} in {f.Value}"));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    public async Task Method_ThatAnEndpointDoesNotTake_Is405WithWhatItDoesTake(string method)
    {
        var wrong = new List<string>();
        foreach (var paths in app.Operations.GroupBy(o => o.Path).Where(g => g.All(o => o.Method != method)))
        {
            var verdict = await app.TryAsync(new(method, app.Places.Fill(paths.Key), null));
            if (verdict.Wrong is not null || verdict.Code != "methodNotAllowed" || !paths.All(o => verdict.Answer!.Header("Allow")!.Contains(o.Method, StringComparison.Ordinal)))
                wrong.Add($"{paths.Key}: {verdict}");
        }

        Wrong.None(wrong);
    }

    [Fact]
    public async Task HeadAndOptions_AnswerWithoutBody()
    {
        var right = new RightRequests(app.Places);
        var wrong = new List<string>();
        foreach (var operation in app.Operations.Where(o => o.Method == "GET"))
        {
            var get = await app.TryAsync(right.Of(operation));
            var head = await app.TryAsync(right.Of(operation) with { Method = "HEAD" });
            if (head.Status != get.Status || head.Answer!.Body.Length > 0 || head.Wrong is not null)
                wrong.Add($"{operation}: {get.Status} {head}");
        }

        foreach (var path in app.Operations.Select(o => o.Path).Distinct())
        {
            var options = await app.TryAsync(new("OPTIONS", app.Places.Fill(path), null));
            if (options is not { Status: 204, Wrong: null } || options.Answer!.Header("Allow") is null)
                wrong.Add($"{path}: {options}");
        }

        Wrong.None(wrong);
        Wrong.None(app.NewWarnings());
    }

    private static string SourceFolder([CallerFilePath] string here = "")
    {
        // From the assembly, so that it works where sources are mapped to other names by the build.
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "HotlinePush.sln")))
                return folder.FullName;
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
    }

    // new("code", "…中文…") and friends: a refusal's message is Chinese, which tells it from other records of two texts.
    [GeneratedRegex("""(?:new(?: Refusal)?|Refuse|Refusal\.Of)\(\s*"([a-z][A-Za-z]+)",\s*(?:"[A-Za-z.\[\]]+",\s*)?[^"\n]{0,80}\$?"[^"]*[\u4e00-\u9fff]""")]
    private static partial Regex RefusalCode();
}
